import { getQueryParam, tryDecodeURIComponent } from 'hono/utils/url';
import type { Access } from '../access.ts';
import { jsonReply, textReply, type ApiRequest, type Reply } from '../transport/exchange.ts';

/** A request on its way through a route, and the ways to answer it. */
export interface RouteContext {
  readonly req: ReadRequest;
  readonly env: RequestBindings;
  /** What its key may see and do; nothing until that has been looked at. */
  access: Access;
  key: string | undefined;
  text(text: string, status?: number): Reply;
  json(value: unknown, status?: number): Reply;
  body(body: Reply['body'], status: number, headers?: Reply['headers']): Reply;
}

export interface ReadRequest {
  readonly raw: ApiRequest;
  readonly method: string;
  /** As routes are spelled; without the query. */
  readonly path: string;
  /** Parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The first value of each parameter of the query. */
  query(): Readonly<Record<string, string>>;
}

/** What the server passes along with a request. */
export interface RequestBindings {
  /** Aborted when the server is about to end; endless answers end then. */
  readonly ending?: AbortSignal;
  /** Absent: it did not come over HTTP. */
  readonly requestId?: string;
}

export interface ContextOptions {
  readonly request: ApiRequest;
  readonly path: string;
  /** As they are in the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly env: RequestBindings;
}

export function createContext({ request, path, params, env }: ContextOptions): RouteContext {
  return {
    req: {
      raw: request,
      method: request.method,
      path,
      params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tryDecodeURIComponent(value)])),
      query() {
        const found = getQueryParam(request.url.href);
        return typeof found === 'object' ? found : {};
      },
    },
    env,
    access: { kind: 'anonymous' },
    key: undefined,
    text: textReply,
    json: jsonReply,
    body: (body, status, headers = {}) => ({ status, headers, body }),
  };
}
