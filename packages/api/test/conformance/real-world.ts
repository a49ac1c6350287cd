import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDevice, type Device } from '@device-supervisor/device';
import { systemClock as clock } from '@device-supervisor/primitives/system-clock';
import { createEngine } from '@device-supervisor/engine';
import { createTimedLocks, createUpdateLocks } from '@device-supervisor/lockfile';
import { decodeTargetStateV2 } from '@device-supervisor/state';
import { openStore } from '@device-supervisor/store';
import { waitFor } from '@device-supervisor/testbed';
import { createApi, type Api } from '../../src/create-api.ts';
import { FakeDevice } from '../../src/testing/fake-device.ts';
import { FAKE_PAGE, FakeHost, FakeTags } from '../../src/testing/fake-host.ts';
import { FakeLogs } from '../../src/testing/fake-logs.ts';
import { HOLDER, MULTI, SINGLE, type Given, type World } from './world.ts';

export interface RealWorld extends World, AsyncDisposable {
  readonly api: Api;
  readonly device: Device;
  readonly port: number;
  readonly host: FakeHost;
  readonly faults: unknown[];
  keyOf(appId: number, service: string): string;
  /** Everything runs that the target says, and no lock is held. */
  reset(): Promise<void>;
}

export interface RealWorldOptions {
  readonly engineEndpoint: string;
  /** A target state in the format of the local API. */
  readonly target: object;
  /** Address and port to listen at; any free port of the loopback by default. */
  readonly host?: string;
  readonly port?: number;
}

/** Apps on a real engine, with real locks, keys and target, behind a real server. The host alone is a fake. */
export async function startRealWorld(options: RealWorldOptions): Promise<RealWorld> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'api-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  // Where containers have their locks.
  const lockDirectory = '/tmp/balena-supervisor/services';
  stack.defer(async () => {
    for (const { id } of Object.values(target.apps))
      await rm(join(lockDirectory, String(id)), { recursive: true, force: true });
  });
  const target = decodeTargetStateV2(options.target);
  const store = stack.use(openStore({ path: join(directory, 'database.sqlite') }));
  const engine = stack.use(createEngine({ endpoint: options.engineEndpoint }));
  const locks = stack.use(createUpdateLocks({ directory: lockDirectory, holder: 'device-supervisor' }));
  const timed = stack.use(createTimedLocks({ locks, clock }));
  const device = stack.use(
    createDevice({
      engine,
      locks: timed,
      store,
      clock,
      random: Math.random,
      bootId: 'boot-1',
      facts: new FakeDevice().facts,
      managed: false,
    }),
  );
  const host = new FakeHost();
  const faults: unknown[] = [];
  let given: readonly Given[] = [];
  const isManaged = (): boolean => given.includes('managed');
  const api = stack.use(
    createApi({
      device: {
        ...device,
        get localMode() {
          return !isManaged();
        },
      },
      host,
      locks: timed,
      keys: store.apiKeys,
      logs: new FakeLogs(),
      tags: new FakeTags(),
      page: FAKE_PAGE,
      version: '17.0.0',
      requiresKey: () => !given.includes('no key required'),
      onError: (error) => faults.push(error),
    }),
  );
  const { host: address = '127.0.0.1', port = 0 } = options;
  const server = stack.use(await api.listen({ port, host: address }));
  const lockFile = join(lockDirectory, String(SINGLE.id), 'main/updates.lock');
  const world: RealWorld = {
    api,
    device,
    host,
    faults,
    port: server.port,
    keyOf: (appId, service) => store.apiKeys.forService(appId, service),
    get keys() {
      return {
        global: store.apiKeys.global(),
        single: store.apiKeys.forService(SINGLE.id, 'main'),
        multi: store.apiKeys.forService(MULTI.id, 'web'),
      };
    },
    send: ({ method, path, key, body, headers }) =>
      fetch(`http://127.0.0.1:${server.port}${path}`, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async given(next) {
      given = next;
      if (given.includes('locked')) await mkdir(lockFile);
      if (given.includes('lock taken')) {
        timed.hold({ appId: SINGLE.id, service: 'main', holder: HOLDER, reason: '', timeToLive: 60_000 });
      }
      return {
        async [Symbol.asyncDispose]() {
          given = [];
          await rm(lockFile, { recursive: true, force: true });
          timed.release({ appId: SINGLE.id, service: 'main', holder: HOLDER });
        },
      };
    },
    async reset() {
      await settled(device);
      for (const app of device.state().apps) {
        for (const { name, status } of app.services) if (status !== 'Running') await device.startService(app.id, name);
      }
      await settled(device);
    },
    async [Symbol.asyncDispose]() {
      await device.setLocalTarget(decodeTargetStateV2({ local: { apps: {} } }), { force: true });
      await settled(device);
      await owned.disposeAsync();
    },
  };
  await device.setLocalTarget(target);
  await settled(device);
  const owned = stack.move();
  return world;
}

async function settled(device: Device): Promise<void> {
  await waitFor('the device to be at its target', () => !device.state().applying, { until: Boolean });
}
