import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

export interface Upstream {
  /** Of an engine. */
  readonly socketPath: string;
  /** @returns whether the answer is passed on. Default: yes */
  onAnswer?(): boolean;
  /** Called when all of the answer has been passed on. @returns what comes after it */
  onEnd?(): Promise<string>;
}

/** Passes a request on to an engine, and its answer back, as it comes. Never rejects. */
export async function forwardRequest(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { socketPath, onAnswer = () => true, onEnd = async () => '' }: Upstream,
): Promise<void> {
  const { method, url, headers } = incoming;
  const upstream = request({ socketPath, method, path: url, headers });
  outgoing.once('close', () => upstream.destroy());
  try {
    const [response] = await Promise.all([answerOf(upstream), pipeline(incoming, upstream)]);
    if (!onAnswer()) return;
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    outgoing.flushHeaders();
    await pipeline(response, outgoing, { end: false });
    outgoing.end(await onEnd());
  } catch {
    // One side went away; the end of its connection informs the other.
    outgoing.destroy();
  }
}

function answerOf(upstream: ReturnType<typeof request>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  upstream.once('response', resolve);
  upstream.once('error', reject);
  return promise;
}
