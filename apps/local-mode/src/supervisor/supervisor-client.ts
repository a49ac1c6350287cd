import * as z from 'zod';
import { SupervisorApiError } from '../errors.ts';
import { LOCAL_APP_ID, type LocalTarget } from '@device-supervisor/compose-project';
import { streamLogs, type LogLine } from './stream-logs.ts';
import { streamOperations, type OperationEnd } from './stream-operations.ts';

/** A supervisor, as any client of its HTTP API sees it. */
export interface SupervisorClient {
  /** e.g. `http://localhost:48484`. */
  readonly address: string;
  /** Whether it answers `/ping`. */
  isAlive(): Promise<boolean>;
  /** Name and configuration of the device; a new target repeats them. */
  device(): Promise<{ readonly name?: string; readonly config?: Readonly<Record<string, string>> }>;
  setTarget(target: LocalTarget): Promise<void>;
  status(): Promise<SupervisorStatus>;
  /** Lines of services from now on, until the signal is aborted or the supervisor ends. */
  logs(signal: AbortSignal): Promise<AsyncIterable<LogLine>>;
  /** Ends of operations from now on, until the signal is aborted or the supervisor ends. */
  operations(signal: AbortSignal): Promise<AsyncIterable<OperationEnd>>;
}

export interface SupervisorStatus {
  /** It has not reached its target. */
  readonly applying: boolean;
  /** Services of the local app by name. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /** Blocked parts of the local app, with their reasons. */
  readonly blocked: readonly Blocked[];
}

export interface ServiceStatus {
  /** The API's word, e.g. `Downloading`, `Running`, `exited`. */
  readonly status: string;
  /** Percent; `null`: not downloading. */
  readonly downloadProgress: number | null;
}

export interface Blocked {
  /** `null`: the whole app. */
  readonly service: string | null;
  /** The API's word, e.g. `locked`, `invalid`. */
  readonly reason: string;
  readonly message: string;
}

/** Milliseconds in which the API answers; it is on this machine, and none of these requests waits for an action. */
const TIMEOUT = 20_000;
/** Milliseconds in which a living supervisor answers a ping. */
const PING_TIMEOUT = 2_000;

const TargetAnswer = z.object({
  state: z.object({
    local: z.object({ name: z.string().optional(), config: z.record(z.string(), z.string()).optional() }),
  }),
});
const StateAnswer = z.object({
  applying: z.boolean(),
  apps: z.array(
    z.object({
      appId: z.number(),
      services: z.array(z.object({ name: z.string(), status: z.string(), downloadProgress: z.number().nullable() })),
    }),
  ),
  blocked: z.array(
    z.object({
      appId: z.number().nullable(),
      service: z.string().nullable(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
});
const FailureAnswer = z.object({ message: z.string() });

/** A client of the supervisor that listens on this port of this machine. */
export function createLocalClient(port: number): SupervisorClient {
  return { ...createSupervisorClient(`http://127.0.0.1:${port}`), address: `http://localhost:${port}` };
}

/** A client of the supervisor at an address, e.g. `http://192.0.2.7:48484`. */
export function createSupervisorClient(base: string): SupervisorClient {
  const get = async <T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> =>
    await ask(`GET ${path}`, await call(base, `GET ${path}`), schema);
  return {
    address: base,
    async isAlive() {
      try {
        const answer = await fetch(`${base}/ping`, { signal: AbortSignal.timeout(PING_TIMEOUT) });
        return answer.ok && (await answer.text()) === 'OK';
      } catch {
        return false;
      }
    },
    async device() {
      const { name, config } = (await get('/v2/local/target-state', TargetAnswer)).state.local;
      return { ...(name === undefined ? {} : { name }), ...(config === undefined ? {} : { config }) };
    },
    async setTarget(target) {
      const answer = await call(base, 'POST /v2/local/target-state', target);
      await answer.body?.cancel();
    },
    async status() {
      const { applying, apps, blocked } = await get('/v3/state', StateAnswer);
      const services = apps.find(({ appId }) => appId === LOCAL_APP_ID)?.services ?? [];
      return {
        applying,
        // A service that is updated comes twice, and its image first.
        services: new Map(services.toReversed().map(({ name, ...status }) => [name, status])),
        blocked: blocked.filter(({ appId }) => appId === null || appId === LOCAL_APP_ID),
      };
    },
    logs: (signal) => streamLogs(`${base}/v2/local/logs`, signal),
    operations: (signal) => streamOperations(`${base}/v3/events`, signal),
  };
}

/** @param request method and path */
async function call(base: string, request: string, body?: unknown): Promise<Response> {
  const [method = '', path = ''] = request.split(' ');
  let answer: Response;
  try {
    answer = await fetch(`${base}${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (cause) {
    throw new SupervisorApiError(request, null, { reason: reasonOf(cause), cause });
  }
  if (!answer.ok) {
    throw new SupervisorApiError(request, answer.status, { reason: `${answer.status}, ${await failureOf(answer)}` });
  }
  return answer;
}

async function ask<T extends z.ZodType>(request: string, answer: Response, schema: T): Promise<z.infer<T>> {
  try {
    return schema.parse(await answer.json());
  } catch (cause) {
    throw new SupervisorApiError(request, answer.status, { reason: 'the answer is not what the API promises', cause });
  }
}

async function failureOf(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    return FailureAnswer.parse(JSON.parse(text)).message;
  } catch {
    return text;
  }
}

/** `fetch failed` says nothing; the reason is below it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
