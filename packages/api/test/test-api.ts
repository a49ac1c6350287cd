import { createApi, type Api, type ApiDependencies } from '../src/create-api.ts';
import type { ApiKeys } from '../src/ports.ts';
import { FakeDevice } from './fake-device.ts';
import { FakeLogs } from './fake-logs.ts';

export const GLOBAL_KEY = 'global-key';
/** Of service `main` of app 1. */
export const APP_KEY = 'app-1-key';

export interface TestApi {
  readonly api: Api;
  readonly device: FakeDevice;
  readonly logs: FakeLogs;
  /** What was reported as ours. */
  readonly errors: unknown[];
  /** Asks in process. */
  request(path: string, options?: TestRequest): Promise<Response>;
}

export interface TestRequest {
  readonly method?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string or a stream. */
  readonly body?: unknown;
}

/** An API over fakes that asks for keys. */
export function createTestApi(overrides: Partial<ApiDependencies> = {}): TestApi {
  const device = new FakeDevice();
  const logs = new FakeLogs();
  const errors: unknown[] = [];
  const api = createApi({
    device,
    logs,
    keys,
    version: '17.0.0',
    requiresKey: () => true,
    onError: (error) => errors.push(error),
    ...overrides,
  });
  return { api, device, logs, errors, request: (path, options) => api.fetch(createRequest(path, options)) };
}

const keys: ApiKeys = {
  find(key) {
    if (key === GLOBAL_KEY) return { kind: 'global' };
    return key === APP_KEY ? { kind: 'app', appId: 1, serviceName: 'main' } : null;
  },
};

function createRequest(path: string, { method = 'GET', key, headers = {}, body }: TestRequest = {}): Request {
  return new Request(`http://device.local:48484${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: encodeBody(body), duplex: 'half' }),
  });
}

function encodeBody(body: unknown): string | ReadableStream {
  return typeof body === 'string' || body instanceof ReadableStream ? body : JSON.stringify(body);
}
