import { once } from 'node:events';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { plan } from '../plan/plan.ts';
import { reachedSnapshot, testImage, testPlanInput, testTarget } from '../testing/fixtures.ts';
import { EMPTY_ENGINE } from '../testing/print-plan.ts';
import { CallSlots } from './call-slots.ts';
import { execute, type ExecutionEvent } from './execute.ts';
import { freeLease } from './free-lease.ts';
import type { ContainerEngine, ExecutePorts, LockLease, Operation } from '../index.ts';

type Call = (name: string, subject: string, signal?: AbortSignal) => Promise<void>;

/** Ports that tell `call` what is asked of them. */
function ports(call: Call, acquire?: ExecutePorts['locks']['acquire']): ExecutePorts {
  return {
    engine: {
      pullImage: (reference, { signal }) => call('pull', reference, signal),
      removeImage: (reference) => call('remove image', reference),
      createNetwork: (name) => call('create network', name),
      removeNetwork: (id) => call('remove network', id),
      createVolume: (name) => call('create volume', name),
      removeVolume: (name) => call('remove volume', name),
      createContainer: ({ name }) => call('create', name),
      putFiles: (container) => call('put files', container),
      connectNetwork: (container, network) => call('connect', `${container} to ${network}`),
      startContainer: (container) => call('start', container),
      stopContainer: (id) => call('stop', id),
      removeContainer: (id) => call('remove', id),
      renameContainer: async (id, name) => {
        await call('rename', `${id} to ${name}`);
        return 'renamed';
      },
      updateContainer: (id) => call('update', id),
    },
    images: {
      save: ({ reference }) => call('save image', reference),
      forget: (reference) => call('forget image', reference),
    },
    locks: {
      clearHandOver: (appId, service) => call('clear hand-over', `${appId}/${service}`),
      acquire:
        acquire ??
        (async ({ appId, services }) => {
          await call('lock', services.join(' '));
          return {
            status: 'acquired',
            lease: { ...freeLease(appId, services), [Symbol.asyncDispose]: () => call('unlock', String(appId)) },
          };
        }),
    },
  };
}

/** Replaces the image of both services of an app, web depending on db. */
function update(): readonly Operation[] {
  const web = { composition: { depends_on: ['db'] } };
  const from = testTarget({ services: { web, db: {} } });
  const to = testTarget({ commit: 'c2', services: { web: { ...web, image: 'web:2' }, db: { image: 'db:2' } } });
  return plan(testPlanInput(to, reachedSnapshot(from), { policy: { keepImages: 'all' } })).operations;
}

function statusOf(results: Awaited<ReturnType<typeof execute>>, kind: Operation['kind']): (string | undefined)[] {
  return [...results].filter(([id]) => id.startsWith(`${kind} `)).map(([, { status }]) => status);
}

const signal = new AbortController().signal;

describe('execute', () => {
  it('makes every call once, each after those it depends on, and gives the locks back last', async () => {
    const calls: string[] = [];
    const results = await execute(
      update(),
      ports(async (name, subject) => void calls.push(`${name} ${subject}`)),
      { signal },
    );
    expect([...results.values()].every(({ status }) => status === 'done')).toBe(true);
    const position = (call: string): number => calls.indexOf(call);
    expect(calls).toHaveLength(new Set(calls).size);
    expect(position('lock db web')).toBeGreaterThan(Math.max(position('pull web:2'), position('pull db:2')));
    expect(position('stop c-1-db')).toBeGreaterThan(position('stop c-1-web'));
    expect(position('start web_1_1_c2')).toBeGreaterThan(position('start db_2_1_c2'));
    expect(calls.at(-1)).toBe('unlock 1');
  });

  it('leaves out what depends on a failure, does everything else, and gives the locks back', async () => {
    const calls: string[] = [];
    const error = new Error('the image is broken');
    const results = await execute(
      update(),
      ports(async (name, subject) => {
        calls.push(`${name} ${subject}`);
        if (name === 'create' && subject === 'db_2_1_c2') throw error;
      }),
      { signal },
    );
    expect(results.get('create-container db_2_1_c2')).toEqual({ status: 'failed', error });
    expect(results.get('start-container db_2_1_c2')).toEqual({ status: 'skipped' });
    expect(results.get('start-container web_1_1_c2')).toEqual({ status: 'skipped' });
    expect(results.get('create-container web_1_1_c2')).toEqual({ status: 'done' });
    expect(calls.at(-1)).toBe('unlock 1');
  });

  it('leaves out what the engine cannot do at this moment, and is no worse off for it', async () => {
    const web = { labels: { 'io.balena.update.strategy': 'hand-over' } };
    const from = testTarget({ services: { web } });
    const to = testTarget({ commit: 'c2', services: { web: { ...web, environment: { A: '1' } } } });
    const calls: string[] = [];
    const events: ExecutionEvent[] = [];
    const { engine, ...others } = ports(async (name) => void calls.push(name));
    const results = await execute(
      plan(testPlanInput(to, reachedSnapshot(from))).operations,
      { ...others, engine: { ...engine, renameContainer: async () => 'restarting' } },
      { signal, onEvent: (event) => void events.push(event) },
    );
    expect(results.get('rename-container web_1_1_c1')).toEqual({ status: 'skipped' });
    expect(results.get('create-container web_1_1_c2')).toEqual({ status: 'skipped' });
    expect(calls).toEqual(['lock', 'update', 'unlock']);
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(4);
  });

  it('gives the locks back also where the plan does not', async () => {
    const calls: string[] = [];
    const operations = update().filter(({ kind }) => kind === 'acquire-locks' || kind === 'pull-image');
    await execute(
      operations,
      ports(async (name) => void calls.push(name)),
      { signal },
    );
    expect(calls.at(-1)).toBe('unlock');
  });

  it('stops nothing when a download fails', async () => {
    const calls: string[] = [];
    const results = await execute(
      update(),
      ports(async (name, subject) => {
        calls.push(name);
        if (subject === 'db:2') throw new Error('not found');
      }),
      { signal },
    );
    expect(calls.filter((name) => ['lock', 'stop', 'remove', 'create', 'start', 'unlock'].includes(name))).toEqual([]);
    expect(statusOf(results, 'stop-container')).toEqual(['skipped', 'skipped']);
  });

  it('does nothing under locks that are held by services, and names the holders', async () => {
    const calls: string[] = [];
    const holders = [{ appId: 1, service: 'web' }];
    const record: Call = async (name) => void calls.push(name);
    const results = await execute(
      update(),
      ports(record, async () => ({ status: 'held', holders })),
      { signal },
    );
    expect(results.get('acquire-locks 1')).toEqual({ status: 'locked', holders });
    expect(calls.filter((name) => name === 'stop' || name === 'unlock')).toEqual([]);
    expect(results.get('release-locks 1')).toEqual({ status: 'skipped' });
  });

  it('touches no container of an app any more when one of its locks was taken away', async () => {
    const calls: string[] = [];
    const compromised = new AbortController();
    const error = new Error('another process removed the lock');
    const results = await execute(
      update(),
      ports(
        async (name, subject) => {
          calls.push(`${name} ${subject}`);
          if (name === 'stop' && subject === 'c-1-web') compromised.abort(error);
        },
        async ({ appId, services }) => ({
          status: 'acquired',
          lease: {
            ...freeLease(appId, services),
            compromised: compromised.signal,
            [Symbol.asyncDispose]: async () => void calls.push('unlock'),
          },
        }),
      ),
      { signal },
    );
    expect(calls.slice(-2)).toEqual(['stop c-1-web', 'unlock']);
    expect(results.get('stop-container db_2_1_c1')).toEqual({ status: 'failed', error });
    expect(statusOf(results, 'start-container')).toEqual(['skipped', 'skipped']);
    expect(statusOf(results, 'remove-container')).toEqual(['skipped', 'skipped']);
  });

  it('looks at the lock of a service right before it touches its container', async () => {
    const calls: string[] = [];
    const error = new Error('another process removed the lock of db');
    const results = await execute(
      update(),
      ports(
        async (name, subject) => void calls.push(`${name} ${subject}`),
        async ({ appId, services }) => ({
          status: 'acquired',
          lease: {
            ...freeLease(appId, services),
            assertHeld: (service) => {
              if (service === 'db') throw error;
            },
          },
        }),
      ),
      { signal },
    );
    expect(calls).toContain('stop c-1-web');
    expect(calls).not.toContain('stop c-1-db');
    expect(results.get('stop-container db_2_1_c1')).toEqual({ status: 'failed', error });
  });

  it('goes on with other apps when the lock of one was taken away', async () => {
    const app = { services: { web: {} } };
    const changed = { services: { web: { environment: { A: '1' } } } };
    const from = testTarget(app, app);
    const to = testTarget(changed, changed);
    const { operations } = plan(testPlanInput(to, reachedSnapshot(from), { policy: { keepImages: 'all' } }));
    const results = await execute(
      operations,
      ports(
        () => Promise.resolve(),
        async ({ appId, services }) => ({
          status: 'acquired',
          lease: {
            ...freeLease(appId, services),
            compromised: appId === 1 ? AbortSignal.abort('gone') : new AbortController().signal,
          },
        }),
      ),
      { signal },
    );
    const statuses = operations.map(({ id, appId }) => `${appId} ${results.get(id)?.status}`);
    expect(statuses).toContain('1 failed');
    expect(statuses).not.toContain('2 failed');
    expect(statuses).not.toContain('2 skipped');
  });

  it('stops waiting for the locks when it is cancelled', async () => {
    const abort = new AbortController();
    const results = await execute(
      update(),
      ports(
        () => Promise.resolve(),
        async ({ signal: waiting }) => {
          queueMicrotask(() => abort.abort(new Error('a newer target')));
          if (waiting !== undefined) await once(waiting, 'abort');
          throw waiting?.reason;
        },
      ),
      { signal: abort.signal },
    );
    expect(results.get('acquire-locks 1')).toEqual({ status: 'cancelled' });
    expect(results.get('release-locks 1')).toEqual({ status: 'skipped' });
  });

  it('cannot be given an engine that touches containers without a lease', () => {
    type Touching = Extract<keyof ContainerEngine, `${'stop' | 'remove' | 'restart' | 'rename' | 'kill'}Container`>;
    type Unproved = {
      [Method in Touching]: LockLease extends Parameters<ContainerEngine[Method]>[number] ? never : Method;
    }[Touching];
    expectTypeOf<Touching>().toEqualTypeOf<'stopContainer' | 'removeContainer' | 'renameContainer'>();
    expectTypeOf<Unproved>().toBeNever();
    expectTypeOf<ContainerEngine['removeContainer']>().parameter(1).toEqualTypeOf<LockLease>();
  });

  it('ends downloads at once when it is cancelled', async () => {
    const abort = new AbortController();
    const pulling = Promise.withResolvers<void>();
    const running = execute(
      update(),
      ports(async (name, _, pullSignal) => {
        if (name !== 'pull' || pullSignal === undefined) return;
        pulling.resolve();
        await once(pullSignal, 'abort');
        throw new Error('aborted');
      }),
      { signal: abort.signal },
    );
    await pulling.promise;
    abort.abort();
    const results = await running;
    expect(statusOf(results, 'pull-image')).toEqual(['cancelled', 'cancelled']);
    expect(statusOf(results, 'stop-container')).toEqual(['cancelled', 'cancelled']);
  });

  it('finishes the calls under way when it is cancelled, and gives the locks back', async () => {
    const abort = new AbortController();
    const calls: string[] = [];
    const results = await execute(
      update(),
      ports(async (name, subject) => {
        calls.push(`${name} ${subject}`);
        if (name === 'stop') abort.abort();
      }),
      { signal: abort.signal },
    );
    expect(results.get('stop-container web_1_1_c1')).toEqual({ status: 'done' });
    expect(results.get('remove-container web_1_1_c1')).toEqual({ status: 'cancelled' });
    expect(calls.at(-1)).toBe('unlock 1');
  });

  it('keeps to the number of calls at once, and lets downloads run beside them', async () => {
    const services = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`s${index}`, {}]));
    const target = testTarget({ services });
    const present = Object.keys(services).slice(6);
    const snapshot = { ...EMPTY_ENGINE, images: present.map((name) => testImage(`${name}:1`)) };
    const { operations } = plan(testPlanInput(target, snapshot));
    const open = { pull: 0, other: 0 };
    const most = { pull: 0, other: 0 };
    await execute(
      operations,
      ports(async (name) => {
        const kind = name === 'pull' ? 'pull' : 'other';
        open[kind]++;
        most[kind] = Math.max(most[kind], open[kind]);
        await new Promise(setImmediate);
        open[kind]--;
      }),
      { signal, slots: new CallSlots(3) },
    );
    expect(most).toEqual({ pull: 6, other: 3 });
  });

  it('lets containers take their time to stop all at once', async () => {
    const services = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`s${index}`, {}]));
    const { operations } = plan(testPlanInput(testTarget(), reachedSnapshot(testTarget({ services }))));
    let stopping = 0;
    const allStop = Promise.withResolvers<void>();
    const results = await execute(
      operations,
      ports(async (name) => {
        if (name !== 'stop') return;
        if (++stopping === 12) allStop.resolve();
        await allStop.promise;
      }),
      { signal, slots: new CallSlots(1) },
    );
    expect(statusOf(results, 'remove-container')).toEqual(Array.from({ length: 12 }, () => 'done'));
  });

  it('tells when each operation begins and ends', async () => {
    const events: ExecutionEvent[] = [];
    const target = testTarget({ services: { web: {} } });
    const snapshot = { ...reachedSnapshot(target), containers: [] };
    const { operations } = plan(testPlanInput(target, snapshot));
    await execute(
      operations,
      ports(() => Promise.resolve()),
      { signal, onEvent: (event) => events.push(event) },
    );
    expect(events.map(({ type, operation }) => `${type} ${operation.id}`)).toEqual([
      'started create-container web_1_1_c1',
      'finished create-container web_1_1_c1',
      'started start-container web_1_1_c1',
      'finished start-container web_1_1_c1',
    ]);
  });

  it('resolves also when locks cannot be given back and a listener throws', async () => {
    const faults: unknown[] = [];
    const broken = new Error('read-only file system');
    const operations = update().filter(({ kind }) => kind === 'acquire-locks' || kind === 'pull-image');
    const acquire: ExecutePorts['locks']['acquire'] = async ({ appId, services }) => ({
      status: 'acquired',
      lease: { ...freeLease(appId, services), [Symbol.asyncDispose]: () => Promise.reject(broken) },
    });
    const results = await execute(
      operations,
      ports(() => Promise.resolve(), acquire),
      {
        signal,
        onEvent: () => {
          throw broken;
        },
        onFault: (error) => faults.push(error),
      },
    );
    expect([...results.values()].map(({ status }) => status)).toEqual(operations.map(() => 'done'));
    expect(new Set(faults)).toEqual(new Set([broken]));
  });

  it('asks for a slot a few times for each operation, however many wait', async () => {
    const slots = new CallSlots();
    const take = vi.spyOn(slots, 'take');
    const services = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`s${index}`, { image: 'i:1' }]));
    const snapshot = { ...EMPTY_ENGINE, images: [testImage('i:1')] };
    const { operations } = plan(testPlanInput(testTarget({ services }), snapshot));
    await execute(
      operations,
      ports(() => new Promise(setImmediate)),
      { signal, slots },
    );
    expect(take.mock.calls.length).toBeLessThan(4 * operations.length);
  });

  it('resolves at once when there is nothing to do', async () => {
    const unused = ports(() => Promise.reject(new Error('called')));
    expect(await execute([], unused, { signal })).toEqual(new Map());
  });
});
