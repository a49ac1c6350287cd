import type { EngineSnapshot, PullProgress } from '@device-supervisor/compose';
import { describe, expect, it } from 'vitest';
import { EngineUnreachableError } from '../errors.ts';
import { LEASE, serviceConfig } from './contract/contract-subject.ts';
import { CONTRACT_IMAGE } from './contract/engine-harness.ts';
import { describeEngineContract } from './contract/engine-contract.ts';
import { createInMemoryEngine, type InMemoryEngine } from './in-memory-engine.ts';

describeEngineContract('in memory', async () => {
  const image = { ...CONTRACT_IMAGE, command: ['serve'] };
  const engine = createInMemoryEngine({ images: { 'contract:1': image } });
  let port = 20_000;
  return {
    engine,
    image: { reference: 'contract:1', config: image },
    unpublished: 'registry.local/contract-nothing:1',
    async publish(name, content) {
      const tag = `registry.local/${name}:1`;
      return { tag, digest: engine.publishImage(tag, { ...image, content }).digestReference };
    },
    async publishHeld(name, content) {
      const tag = `registry.local/${name}:1`;
      engine.publishImage(tag, { ...image, content });
      const hold = engine.hold('pullImage');
      return {
        tag,
        reached: async () => {
          while (hold.waiting === 0) await Promise.resolve();
        },
        release: () => hold.release(),
      };
    },
    async tag(_reference, tag) {
      engine.addImage(tag, image);
    },
    exit: async (container, code) => engine.exit(container, code),
    crash: async (container) => {
      engine.endAtOnce(container, 3);
      engine.exit(container, 3);
      for (let time = 0; time < 5; time++) engine.resume(container);
    },
    readFile: async (container, path) => engine.fileIn(container, path) ?? '',
    becomeHealthy: async (container) => engine.setHealth(container, 'healthy'),
    limitMemory: async (container, memory) => {
      const resources = engine.snapshot().containers.find(({ name }) => name === container)?.config.resources;
      if (resources !== undefined) engine.changeContainer(container, { resources: { ...resources, memory } });
    },
    freePort: async () => port++,
    [Symbol.asyncDispose]: async () => engine.goAway(),
  };
});

describe('what a test can do to the engine in memory', () => {
  const image = { 'web:1': {} };
  const config = serviceConfig();
  const signal = new AbortController().signal;
  const create = (engine: InMemoryEngine, name = 'web'): Promise<void> =>
    engine.createContainer({ name, image: 'web:1', config });

  it('records calls, and tells writes from reads', async () => {
    const engine = createInMemoryEngine({ images: image });
    await create(engine);
    await engine.observe({ imageReferences: [] });
    await engine.startContainer('nothing').catch(() => undefined);
    expect(engine.calls).toEqual([
      { kind: 'createContainer', target: 'web', write: true },
      { kind: 'observe', target: '', write: false },
      { kind: 'startContainer', target: 'nothing', write: true },
    ]);
    engine.clearCalls();
    expect(engine.calls).toEqual([]);
  });

  it('fails the next calls of a kind, without effect', async () => {
    const engine = createInMemoryEngine({ images: image });
    const [first, second] = [new Error('first'), new Error('second')];
    engine.failNext('createContainer', first);
    engine.failNext('createContainer', second);
    await engine.observe({ imageReferences: [] });
    await expect(create(engine)).rejects.toBe(first);
    await expect(create(engine)).rejects.toBe(second);
    expect(engine.snapshot().containers).toEqual([]);
    await create(engine);
    expect(engine.snapshot().containers).toHaveLength(1);
  });

  it('holds calls back until they are released', async () => {
    const engine = createInMemoryEngine({ images: image });
    const hold = engine.hold('startContainer');
    await create(engine);
    const started = engine.startContainer('web');
    await Promise.resolve();
    expect(hold.waiting).toBe(1);
    expect(engine.snapshot().containers[0]?.status).toBe('created');
    hold.release();
    await started;
    expect(hold.waiting).toBe(0);
    expect(engine.snapshot().containers[0]?.status).toBe('running');
  });

  it('shows the progress of a pull that is held, and lets it be aborted', async () => {
    const engine = createInMemoryEngine({ pullable: image });
    using hold = engine.hold('pullImage');
    const controller = new AbortController();
    const progress: number[] = [];
    const onProgress = ({ percent }: PullProgress): void => void progress.push(percent);
    const pulled = engine.pullImage('web:1', { signal: controller.signal, onProgress });
    await Promise.resolve();
    expect(hold.waiting).toBe(1);
    engine.setPullProgress('web:1', 40);
    const reason = new Error('another target');
    controller.abort(reason);
    await expect(pulled).rejects.toBe(reason);
    expect(progress).toEqual([0, 40]);
    expect(engine.snapshot().images).toEqual([]);
  });

  it('goes away and comes back as it was', async () => {
    const engine = createInMemoryEngine({ images: image });
    await create(engine);
    const events = engine.events(signal)[Symbol.asyncIterator]();
    await events.next();
    engine.goAway();
    await expect(events.next()).rejects.toBeInstanceOf(EngineUnreachableError);
    await expect(engine.observe({ imageReferences: [] })).rejects.toBeInstanceOf(EngineUnreachableError);
    await expect(engine.events(signal)[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(EngineUnreachableError);
    engine.comeBack();
    expect((await engine.observe({ imageReferences: [] })).containers).toHaveLength(1);
  });

  it('goes away also for calls that are held', async () => {
    const engine = createInMemoryEngine({ images: image });
    await create(engine);
    using hold = engine.hold('startContainer');
    const started = engine.startContainer('web');
    await Promise.resolve();
    engine.goAway();
    await expect(started).rejects.toBeInstanceOf(EngineUnreachableError);
    await expect(engine.startContainer('web')).rejects.toBeInstanceOf(EngineUnreachableError);
    expect(hold.waiting).toBe(0);
    expect(engine.snapshot().containers).toMatchObject([{ status: 'created' }]);
  });

  it('crashes after a write that took effect, whose caller does not hear of it', async () => {
    const engine = createInMemoryEngine({ images: image });
    engine.crashAfterWrites(2);
    await create(engine);
    await expect(create(engine, 'worker')).rejects.toBeInstanceOf(EngineUnreachableError);
    await expect(create(engine, 'third')).rejects.toBeInstanceOf(EngineUnreachableError);
    engine.comeBack();
    expect(engine.snapshot().containers.map(({ name }) => name)).toEqual(['worker', 'web']);
    await create(engine, 'third');
  });

  it("fails starts with the engine's words, which stay on the container", async () => {
    const engine = createInMemoryEngine({ images: image });
    await create(engine);
    const words = 'Error starting userland proxy: listen tcp4 10.0.0.9:80: bind: cannot assign requested address';
    engine.failStart('web', words);
    await expect(engine.startContainer('web')).rejects.toMatchObject({
      code: 'ADDRESS_NOT_AVAILABLE',
      details: { address: '10.0.0.9' },
    });
    expect(engine.snapshot().containers).toMatchObject([{ status: 'created', error: words }]);
    engine.failStart('web', null);
    await engine.startContainer('web');
    expect(engine.snapshot().containers).toMatchObject([{ status: 'running', error: '' }]);
  });

  it('restarts waiting containers on request', async () => {
    const engine = createInMemoryEngine({ images: image });
    const restart = { name: 'on-failure', maximumRetryCount: 1 } as const;
    await engine.createContainer({ name: 'web', image: 'web:1', config: { ...config, restart } });
    await engine.startContainer('web');
    engine.exit('web', 1);
    expect(engine.snapshot().containers).toMatchObject([{ status: 'restarting', exitCode: 1, restartCount: 1 }]);
    engine.resume('web');
    expect(engine.snapshot().containers).toMatchObject([{ status: 'running', restartCount: 1 }]);
    engine.exit('web', 1);
    expect(engine.snapshot().containers).toMatchObject([{ status: 'exited', restartCount: 1 }]);
    expect(() => engine.resume('web')).toThrow('container web is exited');
  });

  it('ends each run of a container at once, until that is switched off', async () => {
    const engine = createInMemoryEngine({ images: image });
    const restart = { name: 'always', maximumRetryCount: 0 } as const;
    await engine.createContainer({ name: 'web', image: 'web:1', config: { ...config, restart } });
    engine.endAtOnce('web', 3);
    await engine.startContainer('web');
    engine.resume('web');
    expect(engine.snapshot().containers).toMatchObject([{ status: 'restarting', exitCode: 3, restartCount: 2 }]);
    engine.endAtOnce('web', null);
    engine.resume('web');
    expect(engine.snapshot().containers).toMatchObject([{ status: 'running' }]);
  });

  it('takes its time from the clock that it is given', async () => {
    let now = 5000;
    const engine = createInMemoryEngine({ images: image, clock: { now: () => now } });
    await create(engine);
    now = 9000;
    await engine.startContainer('web');
    expect(engine.snapshot().containers).toMatchObject([{ createdAt: 5000, startedAt: 9000 }]);
  });
});

describe('faults of the engine in memory', () => {
  const config = serviceConfig();
  const damage = { reason: 'stat /var/lib/docker/overlay2/abc: no such file or directory', isFinal: true };
  const look = (engine: InMemoryEngine, trustEvents = true): Promise<EngineSnapshot> =>
    engine.observe({ imageReferences: ['web:1'], trustEvents });

  async function running(): Promise<InMemoryEngine> {
    const engine = createInMemoryEngine({ images: { 'web:1': {} }, pullable: { 'web:1': {} } });
    await engine.createContainer({ name: 'web', image: 'web:1', config });
    await engine.startContainer('web');
    return engine;
  }

  it('a damaged container tells what the list tells, does not start, and can be removed', async () => {
    const engine = await running();
    engine.damageContainer('web', damage);
    const [seen] = (await look(engine)).containers;
    expect(seen).toMatchObject({ name: 'web', status: 'running', damage, config: { command: null } });
    engine.exit('web', 1);
    await expect(engine.startContainer('web')).rejects.toThrow(damage.reason);
    await engine.removeContainer(seen?.id ?? '', LEASE);
    await engine.createContainer({ name: 'web', image: 'web:1', config });
    expect((await look(engine)).containers[0]).not.toHaveProperty('damage');
  });

  it('a damaged image makes no container until it was removed and fetched again', async () => {
    const engine = createInMemoryEngine({ images: { 'web:1': {} }, pullable: { 'web:1': {} } });
    engine.damageImage('web:1', damage);
    expect((await look(engine)).images).toMatchObject([{ tags: ['web:1'], damage }]);
    const create = (): Promise<void> => engine.createContainer({ name: 'web', image: 'web:1', config });
    const pull = (): Promise<void> =>
      engine.pullImage('web:1', { signal: new AbortController().signal, onProgress: () => undefined });
    await pull();
    await expect(create()).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
    await engine.removeImage('web:1');
    await pull();
    await create();
  });

  it('a silent stream hides a change from those who trust it', async () => {
    const engine = await running();
    await look(engine);
    const silence = engine.silenceEvents();
    engine.exit('web', 0);
    expect((await look(engine)).containers[0]?.status).toBe('running');
    expect((await look(engine, false)).containers[0]?.status).toBe('exited');
    silence[Symbol.dispose]();
    await engine.startContainer('web');
    expect((await look(engine)).containers[0]?.status).toBe('running');
  });

  it('own calls are seen though the stream is silent', async () => {
    const engine = await running();
    await look(engine);
    using _silence = engine.silenceEvents();
    await engine.stopContainer((await look(engine)).containers[0]?.id ?? '', LEASE, null);
    expect((await look(engine)).containers[0]?.status).toBe('exited');
  });
});
