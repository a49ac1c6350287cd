import type { Device } from '@device-supervisor/device';
import { Hono } from 'hono';
import { grantAccess, type RouteScope } from './access.ts';
import { answerWithin } from './answer-within.ts';
import { canonicalPath, createPathReader } from './canonical-path.ts';
import { answerFailure } from './error-map.ts';
import { MethodNotAllowedError, RouteNotFoundError } from './errors.ts';
import { listen, type ListenOptions, type Server } from './listen.ts';
import type { ApiKeys, LogStream } from './ports.ts';
import { routeTable } from './routes/route-table.ts';
import type { Route, RouteContext, RouteEnvironment } from './routes/route.ts';

export interface ApiDependencies {
  readonly device: Device;
  readonly keys: ApiKeys;
  readonly logs: LogStream;
  /** What clients are told: semver, 17.0.0 or above, without a pre-release tag. */
  readonly version: string;
  /** Must clients show a key? Not in local mode, nor without a cloud; asked at every request. */
  readonly requiresKey: () => boolean;
  /** Milliseconds until a request must have been read and answered; 15 min by default. Streams may stay open. */
  readonly requestTimeout?: number;
  /** Gets what went wrong on our side, which clients are not told. */
  readonly onError: (error: unknown) => void;
}

export interface Api {
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
 * const api = createApi({ device, keys, logs, version: '17.0.0', requiresKey: () => !device.localMode, onError: console.error });
 * await using server = await api.listen({ port: 48484 });
 * ```
 */
export function createApi(dependencies: ApiDependencies): Api {
  const { requestTimeout = DEFAULT_REQUEST_TIMEOUT, onError } = dependencies;
  const routes = routeTable(dependencies);
  const app = new Hono<RouteEnvironment>({ getPath: createPathReader(routes) });

  function authorize(context: RouteContext, scope: RouteScope): void {
    const request = {
      scope,
      queryKey: context.req.query('apikey'),
      authorization: context.req.header('authorization'),
    };
    context.set('access', grantAccess(request, dependencies));
  }

  for (const route of routes) {
    app.on(route.method, canonicalPath(route.path), (context) => {
      authorize(context, route.scope);
      const answer = route.handle(context);
      if (answer instanceof Promise) return answerWithin(requestTimeout, answer, onError);
      return context.req.method === 'HEAD' ? withoutBody(answer) : answer;
    });
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(canonicalPath(path), (context) => {
      authorize(context, 'any-key');
      throw new MethodNotAllowedError(context.req.method, methods);
    });
  }
  app.notFound((context) => {
    authorize(context, 'any-key');
    throw new RouteNotFoundError(context.req.path);
  });
  app.onError((error) => answerFailure(error, onError));

  return {
    fetch: async (request) => app.fetch(request, {}),
    listen: (options) => listen(app.fetch, { requestTimeout, onError, ...options }),
  };
}

/** What clients rely on: an action may wait for containers that stop slowly. */
const DEFAULT_REQUEST_TIMEOUT = 15 * 60_000;

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) {
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
  }
  return methods;
}

/** Nobody reads the body of an answer to HEAD: a stream would stay open for ever. */
async function withoutBody(answer: Response): Promise<Response> {
  await answer.body?.cancel();
  return answer;
}
