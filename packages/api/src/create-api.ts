import { METHOD_NAME_ALL } from 'hono/router';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import { grantAccess, readKey, type RouteScope } from './access.ts';
import { answerFailure } from './error-map.ts';
import { MethodNotAllowedError, RouteNotFoundError } from './errors.ts';
import { createMonitor } from './monitor.ts';
import { createDocumentation } from './openapi/create-documentation.ts';
import type { RouteDependencies } from './routes/dependencies.ts';
import { routeTable } from './routes/route-table.ts';
import { createContext, type RequestBindings, type RouteContext } from './routes/route-context.ts';
import type { RequestIdentity, Route } from './routes/route.ts';
import { answerWithin } from './transport/answer-within.ts';
import { canonicalPath, createPathReader } from './transport/canonical-path.ts';
import { withoutBody, type ApiRequest, type Reply } from './transport/exchange.ts';
import { listen, type ListenOptions, type Server } from './transport/listen.ts';
import { fromRequest, toResponse } from './transport/web-exchange.ts';

export interface ApiDependencies extends Omit<RouteDependencies, 'onError'> {
  /** Must clients show a key? Asked at every request. */
  readonly requiresKey: () => boolean;
  /** Milliseconds until a request must have been read and answered; 15 min by default. Streams may stay open. */
  readonly requestTimeout?: number;
  /** Gets what went wrong on our side, which clients are not told; absent `request`: no single one is to blame. */
  readonly onError: (error: unknown, request?: RequestIdentity) => void;
}

/** Disposing of it ends what it notes about the device; servers end on their own. */
export interface Api extends Disposable {
  readonly routes: readonly Route[];
  /** Answers one request; never rejects. */
  fetch(request: Request): Promise<Response>;
  /** @throws ListenError */
  listen(options: ListenOptions): Promise<Server>;
}

/**
 * The HTTP API of a device.
 *
 * @example
 * ```ts
 * using api = createApi({ device, keys, logs, host, tags, locks, version: '17.0.0', requiresKey, onError: console.error });
 * await using server = await api.listen({ port: 48484 });
 * ```
 */
export function createApi(dependencies: ApiDependencies): Api {
  const { device, version, requestTimeout = DEFAULT_REQUEST_TIMEOUT, onError } = dependencies;
  const monitor = createMonitor(device);
  const document = createDocumentation(() => routes, version);
  const routes = routeTable({ ...dependencies, monitor, document });
  const readPath = createPathReader(routes);
  const router = new SmartRouter<Handler>({ routers: [new RegExpRouter(), new TrieRouter()] });

  for (const route of routes) {
    router.add(route.method, canonicalPath(route.path), (context) => answer(route, context));
  }
  for (const [path, methods] of methodsByPath(routes)) {
    router.add(METHOD_NAME_ALL, canonicalPath(path), (context) => {
      authorize(context, 'any-key');
      throw new MethodNotAllowedError(context.req.method, methods);
    });
  }

  return {
    routes,
    fetch: async (request) => toResponse(await reply(fromRequest(request), {})),
    listen: (options) => listen(reply, { requestTimeout, onError, ...options }),
    [Symbol.dispose]: () => monitor[Symbol.dispose](),
  };

  function reply(request: ApiRequest, env: RequestBindings): Reply | Promise<Reply> {
    const path = readPath(request.url);
    const isHead = request.method === 'HEAD';
    const found = router.match(isHead ? 'GET' : request.method, path);
    const [handle, params] = found[0][0] ?? [missing, {}];
    const context = createContext({ request, path, params: valuesOf(params, found[1]), env });
    try {
      const made = handle(context);
      if (!isHead) return made;
      return made instanceof Promise ? made.then(withoutBody) : withoutBody(made);
    } catch (error) {
      return fail(error, context);
    }
  }

  function missing(context: RouteContext): never {
    authorize(context, 'any-key');
    throw new RouteNotFoundError(context.req.path);
  }

  function answer(route: Route, context: RouteContext): Reply | Promise<Reply> {
    const began = performance.now();
    const finish = (made: Reply): Reply => {
      monitor.requests.record(
        { method: route.method, route: route.path, status: made.status },
        performance.now() - began,
      );
      return made;
    };
    const finishFailed = (error: unknown): Reply => finish(fail(error, context, route));
    try {
      authorize(context, route.scope);
      const made = route.handle(context);
      if (made instanceof Promise) {
        const report = (error: unknown): void => onError(error, identify(context));
        return answerWithin(requestTimeout, made, report).then(finish, finishFailed);
      }
      return finish(made);
    } catch (error) {
      return finishFailed(error);
    }
  }

  function authorize(context: RouteContext, scope: RouteScope): void {
    const key = readKey(context.req.query()['apikey'], context.req.raw.header('authorization'));
    context.key = key;
    context.access = grantAccess(scope, key, dependencies);
  }

  function fail(error: unknown, context: RouteContext, route?: Route): Reply {
    return answerFailure(error, { style: route, onError: () => onError(error, identify(context)) });
  }
}

type Handler = (context: RouteContext) => Reply | Promise<Reply>;

/** What clients rely on: an action may wait for containers that stop slowly. */
const DEFAULT_REQUEST_TIMEOUT = 15 * 60_000;

function identify({ req, env }: RouteContext): RequestIdentity {
  return { id: env.requestId ?? null, method: req.method, path: req.path };
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) {
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  }
  return methods;
}

/** The parameters of a path; some routers give places in a list for them. */
function valuesOf(
  params: Readonly<Record<string, string | number>>,
  list: readonly string[] | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      const text = typeof value === 'number' ? list?.[value] : value;
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
