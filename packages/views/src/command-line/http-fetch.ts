import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import { Readable } from 'node:stream';

/**
 * A `fetch` for streams that are silent for long: that of Node.js ends them after five minutes.
 *
 * @param interruption ends each request and its answer, beside the request's own signal
 */
export async function httpFetch(request: Request, interruption: AbortSignal): Promise<Response> {
  const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
  const signal = AbortSignal.any([request.signal, interruption]);
  const answer = await send(request, { body, signal });
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
