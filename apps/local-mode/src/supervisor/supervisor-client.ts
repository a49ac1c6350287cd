import {
  ApiRequestError,
  ApiUnreachableError,
  createApiClient,
  dataOf,
  type ApiClient,
  type Blocked,
  type ServiceState,
} from '@device-supervisor/api-client';
import { LOCAL_APP_ID, type LocalTarget } from '@device-supervisor/compose-project';
import { httpFetch } from '@device-supervisor/views/command-line';
import { isTargetState } from './is-target-state.ts';
import { openFollowed } from './open-followed.ts';

/** The local app of a supervisor, over the client of its API. */
export interface SupervisorClient {
  /** e.g. `http://localhost:48484`. */
  readonly address: string;
  /** Whether it answers `/ping`. */
  isAlive(): Promise<boolean>;
  /** Name and configuration of the device; a new target repeats them. */
  device(): Promise<{ readonly name?: string; readonly config?: Readonly<Record<string, string>> }>;
  setTarget(target: LocalTarget): Promise<void>;
  status(): Promise<SupervisorStatus>;
  /** Lines of services from now on, until the signal is aborted. A lost connection is opened again. */
  logs(signal: AbortSignal): Promise<AsyncIterable<LogLine>>;
  /** Ends of operations from now on, until the signal is aborted. A lost connection continues where it was. */
  operations(signal: AbortSignal): Promise<AsyncIterable<OperationEnd>>;
}

export interface SupervisorStatus {
  /** It has not reached its target. */
  readonly applying: boolean;
  /** Services of the local app by name. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /** Blocked parts of the local app, with their reasons. */
  readonly blocked: readonly BlockedPart[];
}

export type ServiceStatus = Pick<ServiceState, 'status' | 'downloadProgress'>;
export type BlockedPart = Pick<Blocked, 'service' | 'reason' | 'message'>;

/** One line that a service or the supervisor wrote. */
export interface LogLine {
  readonly message: string;
  /** `null`: about no service in particular. */
  readonly service: string | null;
  /** The supervisor's own. */
  readonly isSystem: boolean;
  readonly isStdErr: boolean;
}

/** An operation of the supervisor that ended. */
export interface OperationEnd {
  /** The same for each attempt at the same operation. */
  readonly id: string;
  /** The API's word, e.g. `pull-image`, `start-container`. */
  readonly kind: string;
  /** `null`: for no service in particular. */
  readonly service: string | null;
  /** `null`: it did not fail. */
  readonly failure: string | null;
  /** Whether the supervisor tries it again. */
  readonly isRetried: boolean;
}

/** Milliseconds in which the API answers: none of these requests waits for an action. */
const TIMEOUT = 20_000;
/** Milliseconds in which a living supervisor answers a ping. */
const PING_TIMEOUT = 2_000;

/** A client of the supervisor that listens on this port of this machine. */
export function createLocalClient(port: number): SupervisorClient {
  return { ...createSupervisorClient(`http://127.0.0.1:${port}`), address: `http://localhost:${port}` };
}

/** A client of the supervisor at an address, e.g. `http://192.0.2.7:48484`. */
export function createSupervisorClient(address: string): SupervisorClient {
  const client = createApiClient({ address, fetch: fetchInTime });
  const { http } = client;
  return {
    address,
    async isAlive() {
      try {
        const signal = AbortSignal.timeout(PING_TIMEOUT);
        return (await dataOf(http.GET('/ping', { signal, parseAs: 'text' }))) === 'OK';
      } catch {
        return false;
      }
    },
    async device() {
      const { name, config } = (await dataOf(http.GET('/v2/local/target-state'))).state.local;
      return { ...(name === undefined ? {} : { name }), ...(config === undefined ? {} : { config }) };
    },
    async setTarget(target) {
      const body: object = target;
      if (!isTargetState(body)) throw new TypeError('it is no target state');
      await http.POST('/v2/local/target-state', { body });
    },
    async status() {
      const { applying, apps, blocked } = await dataOf(http.GET('/v3/state'));
      const services = apps.find(({ appId }) => appId === LOCAL_APP_ID)?.services ?? [];
      return {
        applying,
        // A service that is updated comes twice, and its image first.
        services: new Map(services.toReversed().map(({ name, ...status }) => [name, status])),
        blocked: blocked.filter(({ appId }) => appId === null || appId === LOCAL_APP_ID),
      };
    },
    logs: (signal) => openFollowed(signal, (options) => linesOf(client, options)),
    operations: (signal) => openFollowed(signal, (options) => endsOf(client, options)),
  };
}

/** Whether the API refused a request, or could not be reached. */
export function isApiError(error: unknown): boolean {
  return error instanceof ApiRequestError || error instanceof ApiUnreachableError;
}

/** A stream has no end of its own; whatever is sent is answered at once. */
function fetchInTime(request: Request): Promise<Response> {
  const interruption = request.method === 'GET' ? new AbortController().signal : AbortSignal.timeout(TIMEOUT);
  return httpFetch(request, { interruption, limit: TIMEOUT });
}

async function* linesOf(client: ApiClient, options: Parameters<ApiClient['logs']>[0]): AsyncGenerator<LogLine> {
  for await (const { message, serviceName = null, isSystem = false, isStdErr = false } of client.logs(options)) {
    yield { message, service: serviceName, isSystem, isStdErr };
  }
}

async function* endsOf(client: ApiClient, options: Parameters<ApiClient['events']>[0]): AsyncGenerator<OperationEnd> {
  for await (const { event, data } of client.events(options)) {
    if (event !== 'operation-finished') continue;
    const { id, kind, service, result, error, retryIn } = data;
    const failure = result === 'failed' ? (error?.message ?? 'it failed') : null;
    yield { id, kind, service, failure, isRetried: retryIn !== null };
  }
}
