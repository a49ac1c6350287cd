/**
 * A request, and its answer, in a form of our own: the platform's `Request` and `Response` bring its whole HTTP client and
 * HTTP/2 into the process, 12 MB that nothing here uses.
 */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  /** @param name in lower case */
  header(name: string): string | undefined;
  /** The pieces of its body; none when it has no body. To be read once. */
  body(): AsyncIterable<Uint8Array>;
}

export interface Reply {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | null;
}

export function jsonReply(value: unknown, status = 200, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function textReply(text: string, status = 200, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers }, body: text };
}

/** Nobody reads the body of an answer to HEAD: a stream would stay open for ever. */
export function withoutBody({ body, ...reply }: Reply): Reply {
  // What a stream fails with on the way out, nobody would be told.
  if (body instanceof ReadableStream) body.cancel().catch(() => undefined);
  return { ...reply, body: null };
}
