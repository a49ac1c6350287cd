import type { IncomingMessage, ServerResponse } from 'node:http';
import { LightBody, type BodySource } from './light-body.ts';
import { LightHeaders, type HeadersInit } from './light-headers.ts';

/** The parts that all received requests share. */
abstract class ServerRequest extends LightBody implements Request {
  readonly cache = 'default';
  readonly credentials = 'same-origin';
  readonly destination = '';
  readonly integrity = '';
  readonly mode = 'same-origin';
  readonly redirect = 'follow';
  readonly referrer = '';
  readonly referrerPolicy = '';
  readonly keepalive = false;
  readonly duplex = 'half';
  readonly url: string;
  readonly method: string;
  abstract readonly headers: LightHeaders;
  abstract readonly signal: AbortSignal;

  constructor(url: string, method: string, content: BodySource) {
    super(content);
    this.url = url;
    this.method = method;
  }

  clone(): LightRequest {
    const { url, method, headers, signal } = this;
    return new LightRequest(url, { method, headers, signal, body: this.copyContent() });
  }
}

/** A request that the server asks itself, like the platform's. */
export class LightRequest extends ServerRequest {
  readonly headers: LightHeaders;
  readonly signal: AbortSignal;

  constructor(url: string | URL, { method = 'GET', headers, signal, body = null }: LightRequestInit = {}) {
    super(new URL(url).href, method.toUpperCase(), body);
    this.headers = new LightHeaders(headers);
    this.signal = signal ?? new AbortController().signal;
  }
}

export interface LightRequestInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly signal?: AbortSignal;
  readonly body?: BodySource;
}

/** A request that came over HTTP. Headers, body and signal are made for those who ask for them. */
export class ReceivedRequest extends ServerRequest {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #headers: LightHeaders | undefined;
  #signal: AbortSignal | undefined;

  /** @throws TypeError when its target or host is none */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    const method = incoming.method ?? 'GET';
    super(urlOf(incoming), method, method === 'GET' || method === 'HEAD' ? null : streamOf(incoming));
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get headers(): LightHeaders {
    this.#headers ??= LightHeaders.received(this.#incoming.headers);
    return this.#headers;
  }

  /** Aborted when the client has left before it had the whole answer. */
  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.#outgoing);
    return this.#signal;
  }
}

/** Of a request whose host header is missing, as HTTP/1.0 allows. */
const NO_HOST = 'localhost';
const PLAIN_HOST = /^[a-z0-9._-]+(?::\d{1,5})?$/;
/** Targets that the URL parser would leave as they are. */
const PLAIN_TARGET = /^\/[\w!#$&'()*+,./:;=?@~%-]*$/;
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

function urlOf({ url: target = '', headers: { host = NO_HOST } }: IncomingMessage): string {
  if (target.startsWith('http://') || target.startsWith('https://')) return new URL(withoutBackslash(target)).href;
  const url = `http://${host}${target}`;
  if (PLAIN_HOST.test(host) && PLAIN_TARGET.test(target) && !DOT_SEGMENT.test(target)) return url;
  if (!target.startsWith('/')) throw new TypeError('the target of the request is no path');
  const parsed = new URL(withoutBackslash(url));
  // A host that ends before the path begins would move the path, or be another one.
  if (parsed.host !== new URL(`http://${host}`).host || /[\s/\\?#@]/.test(host))
    throw new TypeError('the host is none');
  return parsed.href;
}

/** The URL parser would take it for a slash. */
function withoutBackslash(url: string): string {
  if (/^[^?#]*\\/.test(url)) throw new TypeError('the path of the request has a backslash');
  return url;
}

/** Reads as much as is asked for. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= incoming.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await chunks?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function signalOf(outgoing: ServerResponse): AbortSignal {
  const left = new AbortController();
  const look = (): void => {
    if (!outgoing.writableFinished) left.abort(new Error('the client has left'));
  };
  if (outgoing.closed) look();
  else outgoing.once('close', look);
  return left.signal;
}
