import { createApi, type Api, type ApiDependencies } from '../create-api.ts';
import type { ApiKeys, KeyScope } from '../ports.ts';
import { FakeDevice } from './fake-device.ts';
import { FAKE_PAGE, FakeHost, FakeServiceLocks, FakeTags } from './fake-host.ts';
import { FakeLogs } from './fake-logs.ts';

export const GLOBAL_KEY = 'global-key';
/** Of service `main` of app 1. */
export const APP_KEY = 'app-1-key';
/** Of service `main` of app 2. */
export const OTHER_KEY = 'app-2-key';

export interface TestApi {
  readonly api: Api;
  readonly device: FakeDevice;
  readonly logs: FakeLogs;
  readonly host: FakeHost;
  readonly tags: FakeTags;
  readonly locks: FakeServiceLocks;
  /** The reported internal errors. */
  readonly errors: unknown[];
  /** Asks in process. */
  request(path: string, options?: TestRequest): Promise<Response>;
}

export interface TestRequest {
  readonly method?: string;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string or a stream. */
  readonly body?: unknown;
}

/** An API over fakes that asks for keys. */
export function createTestApi(overrides: Partial<ApiDependencies> = {}): TestApi {
  const parts = {
    device: new FakeDevice(),
    logs: new FakeLogs(),
    host: new FakeHost(),
    tags: new FakeTags(),
    locks: new FakeServiceLocks(),
  };
  const errors: unknown[] = [];
  const api = createApi({
    ...parts,
    keys: createFakeKeys(),
    version: '17.0.0',
    requiresKey: () => true,
    page: FAKE_PAGE,
    onError: (error) => errors.push(error),
    ...overrides,
  });
  return { api, ...parts, errors, request: (path, options) => api.fetch(createRequest(path, options)) };
}

/** One key for the device (app 0), and one for service `main` of each app. */
export function createFakeKeys(appIds: readonly number[] = [1, 2]): ApiKeys & { keyOf(appId: number): string } {
  const keys = new Map<number, string>([[0, GLOBAL_KEY], ...appIds.map((id) => [id, `app-${id}-key`] as const)]);
  const ownerOf = (key: string): number | undefined => [...keys].find(([, own]) => own === key)?.[0];
  const scopeOf = (appId: number): KeyScope =>
    appId === 0 ? { kind: 'global' } : { kind: 'app', appId, serviceName: 'main' };
  return {
    keyOf: (appId) => keys.get(appId) ?? '',
    find(key) {
      const owner = ownerOf(key);
      return owner === undefined ? null : scopeOf(owner);
    },
    regenerate(key) {
      const owner = ownerOf(key);
      if (owner === undefined) return null;
      const replacement = `${key}-replaced`;
      keys.set(owner, replacement);
      return replacement;
    },
  };
}

export function createRequest(path: string, { method = 'GET', key, headers = {}, body }: TestRequest = {}): Request {
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
