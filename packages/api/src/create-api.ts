import { Hono } from 'hono';
import { hostname } from 'node:os';
import { grantAccess, readKey, type AccessRules, type RouteScope } from './access.ts';
import { answerFailure } from './error-map.ts';
import { MethodNotAllowedError, RouteNotFoundError } from './errors.ts';
import { createMonitor } from './monitor.ts';
import { createDocumentation } from './openapi/create-documentation.ts';
import type { RouteDependencies } from './routes/dependencies.ts';
import { routeTable } from './routes/route-table.ts';
import type { RequestBindings, RequestIdentity, Route, RouteContext, RouteEnvironment } from './routes/route.ts';
import { answerWithin } from './transport/answer-within.ts';
import { canonicalPath, createPathReader } from './transport/canonical-path.ts';
import { refuseForeign } from './transport/foreign-request.ts';
import { createIntake, type ProcessMemory } from './transport/intake.ts';
import { conditionalAnswer } from './transport/conditional-answer.ts';
import { listen, type ListenOptions, type Server } from './transport/listen.ts';
import { createStreamSlots, guardStream, STREAM_LIMITS, type StreamLimits } from './transport/stream-slots.ts';

export interface ApiDependencies extends Omit<RouteDependencies, 'onError'> {
  /** Must clients show a key? Asked at every request. */
  readonly requiresKey: () => boolean;
  readonly isContainer?: AccessRules['isContainer'];
  /** Names of this device that others resolve, e.g. `kitchen.example.com`; its host name by default. */
  readonly hostNames?: () => readonly string[];
  /** How many streams may be open. */
  readonly streamLimits?: StreamLimits;
  /** Of this process, which large bodies fill. Default: the runtime's affair, and without a bound. */
  readonly memory?: ProcessMemory;
  /** Milliseconds until a request must have been read and answered; 15 min by default. Streams may stay open. */
  readonly requestTimeout?: number;
  /** Receives faults of the supervisor, whose details clients do not see; absent `request`: no single request caused it. */
  readonly onError: (error: unknown, request?: RequestIdentity) => void;
}

/** Disposing of it ends what it notes about the device; servers end on their own. */
export interface Api extends Disposable {
  readonly routes: readonly Route[];
  /** Answers one request; never rejects. */
  fetch(request: Request, bindings?: RequestBindings): Promise<Response>;
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
  const { keys, requiresKey, hostNames = () => [hostname()], streamLimits = STREAM_LIMITS } = dependencies;
  const intake = createIntake(dependencies.memory);
  const slots = createStreamSlots(streamLimits);
  const monitor = createMonitor(device);
  const document = createDocumentation(() => routes, version);
  const routes = routeTable({
    ...dependencies,
    monitor,
    document,
    ask: async (request, bindings) => app.fetch(request, bindings),
  });
  const app = new Hono<RouteEnvironment>({ getPath: createPathReader(routes) });

  for (const route of routes) app.on(route.method, canonicalPath(route.path), (context) => answer(route, context));
  for (const [path, { methods, scope }] of methodsByPath(routes)) {
    app.all(canonicalPath(path), (context) => {
      if (context.req.method === 'OPTIONS') {
        authorize(context, scope);
        return context.text(methods.join(','), 200, { allow: methods.join(',') });
      }
      authorize(context, 'any-key');
      throw new MethodNotAllowedError(context.req.method, methods);
    });
  }
  app.notFound((context) => {
    authorize(context, 'any-key');
    throw new RouteNotFoundError(context.req.path);
  });
  app.onError((error, context) => fail(error, context));

  return {
    routes,
    fetch: async (request, bindings = {}) => app.fetch(request, bindings),
    listen: (options) => listen(app.fetch, { requestTimeout, onError, ...options }),
    [Symbol.dispose]: () => monitor[Symbol.dispose](),
  };

  function answer(route: Route, context: RouteContext): Response | Promise<Response> {
    const began = performance.now();
    const finish = (made: Response): Response => {
      monitor.requests.record(
        { method: route.method, route: route.path, status: made.status },
        performance.now() - began,
      );
      return made;
    };
    const finishFailed = (error: unknown): Response => finish(fail(error, context, route));
    try {
      authorize(context, route.scope);
      if (route.acts && context.req.method === 'HEAD') throw new MethodNotAllowedError('HEAD', [route.method]);
      context.set('intake', intake);
      const made = route.streams ? openStream(route, context) : route.handle(context);
      const report = (error: unknown): void => onError(error, identify(context));
      if (route.method === 'GET') {
        const answered = made instanceof Promise ? answerWithin(requestTimeout, made, report) : Promise.resolve(made);
        return answered.then((read) => finishRead(route, read, context.req.raw)).then(finish, finishFailed);
      }
      return made instanceof Promise
        ? answerWithin(requestTimeout, made, report).then(finish, finishFailed)
        : finish(made);
    } catch (error) {
      return finishFailed(error);
    }
  }

  function authorize(context: RouteContext, scope: RouteScope): void {
    const key = readKey(context.req.query('apikey'), context.req.header('authorization'));
    // A page of another site has no key.
    if (!isKey(key)) refuseForeign(context.req.raw, (name) => hostNames().some((own) => own.toLowerCase() === name));
    context.set('key', key);
    context.set('access', grantAccess(scope, { key, connection: context.env.connection }, dependencies));
  }

  function isKey(key: string | undefined): key is string {
    return key !== undefined && keys.find(key) !== null;
  }

  /** Streams count for their client, and end when its key is replaced or revoked. */
  async function openStream(route: Route, context: RouteContext): Promise<Response> {
    const key = context.get('key');
    const release = slots.take(isKey(key) ? key : (context.env.connection?.remoteAddress ?? ''));
    try {
      return guardStream(await route.handle(context), {
        isAllowed: isKey(key) ? () => isKey(key) : () => !requiresKey(),
        onEnd: release,
        onError: (error) => onError(error, identify(context)),
      });
    } catch (error) {
      release();
      throw error;
    }
  }

  function fail(error: unknown, context: RouteContext, route?: Route): Response {
    return answerFailure(error, { style: route, onError: () => onError(error, identify(context)) });
  }
}

/** Clients rely on it: an action may wait for containers that stop slowly. */
const DEFAULT_REQUEST_TIMEOUT = 15 * 60_000;

function identify({ req, env }: RouteContext): RequestIdentity {
  return { id: env.requestId ?? null, method: req.method, path: req.path };
}

interface PathMethods {
  readonly methods: readonly string[];
  /** The key that a client needs to see the methods. */
  readonly scope: RouteScope;
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, PathMethods> {
  const paths = Map.groupBy(routes, ({ path }) => path);
  return new Map(
    [...paths].map(([path, own]) => [
      path,
      {
        methods: own.flatMap(({ method, acts }) => (method === 'GET' && !acts ? ['GET', 'HEAD'] : [method])),
        scope: own.some(({ scope }) => scope === 'none') ? 'none' : 'any-key',
      },
    ]),
  );
}

/** Completes the answer to a GET or HEAD request. The body of a stream is cancelled for HEAD: it would stay open. */
async function finishRead({ streams }: Route, answer: Response, request: Request): Promise<Response> {
  if (!streams) return await conditionalAnswer(answer, request);
  if (request.method === 'HEAD') await answer.body?.cancel();
  return answer;
}
