import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import { Readable } from 'node:stream';

export interface FetchOptions {
  /** Ends each request and its answer, beside the request's own signal. */
  readonly interruption: AbortSignal;
  /** Milliseconds in which the answer to a `GET` must begin; others wait for what they ask for. Default: 60 s. */
  readonly limit?: number;
}

/** A `fetch` for streams that are silent for long: that of Node.js ends them after five minutes. */
export async function httpFetch(request: Request, { interruption, limit = 60_000 }: FetchOptions): Promise<Response> {
  const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
  const late = new AbortController();
  const reason = new Error(`no answer within ${limit / 1000} s`);
  const timer = request.method === 'GET' ? setTimeout(() => late.abort(reason), limit) : undefined;
  const signal = AbortSignal.any([request.signal, interruption, late.signal]);
  const answer = await send(request, { body, signal })
    .catch((error: unknown) => {
      throw late.signal.aborted ? reason : error;
    })
    .finally(() => clearTimeout(timer));
  // The platform forgets the signal of a request that nothing refers to: the answer, which it ends, does.
  const end = (): void => {
    const cause: unknown = request.signal.reason;
    answer.destroy(cause instanceof Error ? cause : new Error('the request was aborted', { cause }));
  };
  request.signal.addEventListener('abort', end, { once: true });
  answer.once('close', () => request.signal.removeEventListener('abort', end));
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const status = answer.statusCode ?? 0;
  const hasNoBody = status === 204 || status === 205 || status === 304;
  if (hasNoBody) answer.resume();
  return new Response(hasNoBody ? null : Readable.toWeb(answer), { status, headers });
}

function send(
  { url, method, headers }: Request,
  { body, signal }: { readonly body: Buffer | null; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const open = url.startsWith('https:') ? secureRequest : plainRequest;
  // The listener stays: a failure of the stream after its head must not be an uncaught error.
  open(url, { method, headers: Object.fromEntries(headers), signal, agent: false }, resolve)
    .on('error', reject)
    .end(body ?? undefined);
  return promise;
}
