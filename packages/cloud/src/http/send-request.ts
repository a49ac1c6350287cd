import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Connector } from './connector.ts';

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly options: RequestOptions;
  readonly body: Buffer | undefined;
}

/**
 * Sends a request; resolves when its answer begins. Servers close idle connections, also at the moment at which one is used
 * again. A GET or PATCH that meets this is sent once more over a new connection: a PATCH of the cloud's API sets values, so
 * that a second one changes nothing. A POST may create something twice: it always has a new connection.
 *
 * @throws the connection's error
 */
export async function sendRequest(
  connector: Connector,
  { method, path, options, body }: OutgoingRequest,
): Promise<IncomingMessage> {
  const request = { ...options, method };
  if (method === 'POST') return await answerTo(connector.sendAlone(path, request), body);
  const outgoing = connector.send(path, request);
  const hasAnswer = watchForAnswer(outgoing);
  try {
    return await answerTo(outgoing, body);
  } catch (error) {
    if (!outgoing.reusedSocket || hasAnswer() || !isClosedConnection(error)) throw error;
    return await answerTo(connector.sendAlone(path, request), body);
  }
}

function answerTo(outgoing: ClientRequest, body: Buffer | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.on('response', resolve).on('error', reject).end(body);
  return promise;
}

/** @returns has a byte of the answer come? */
function watchForAnswer(outgoing: ClientRequest): () => boolean {
  let hasAnswer = (): boolean => false;
  outgoing.once('socket', (socket) => {
    const before = socket.bytesRead;
    hasAnswer = () => socket.bytesRead > before;
  });
  return () => hasAnswer();
}

function isClosedConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
