import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObservedContainer } from '@device-supervisor/compose';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { createEngine, EngineUnreachableError, type Engine } from '../index.ts';
import { containerEntry, containerId, containerInspection, IMAGE_ID } from '../testing/engine-answers.ts';
import { refuse, startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

const LISTS = ['GET /containers/json', 'GET /images/json', 'GET /networks', 'GET /volumes'];
const INSPECT_1 = `GET /containers/${containerId(1)}/json`;
const INSPECT_2 = `GET /containers/${containerId(2)}/json`;
const INSPECT_IMAGE = `GET /images/${IMAGE_ID}/json`;

let scripted: ScriptedEngine;
let engine: Engine;
let clock: FakeClock;

beforeEach(async () => {
  scripted = await startScriptedEngine({
    'GET /containers/json': [containerEntry(1), containerEntry(2)],
    'GET /images/json': [
      { Id: IMAGE_ID, RepoTags: ['web:1'], RepoDigests: ['<none>@<none>'] },
      { Id: `sha256:${'2'.repeat(64)}`, RepoTags: ['<none>:<none>'], RepoDigests: null },
    ],
    'GET /networks': [],
    'GET /info': { MemoryLimit: true, SwapLimit: false, CpuCfsQuota: false, CPUShares: null },
    'GET /version': { ApiVersion: '1.41' },
    'GET /volumes': { Volumes: null, Warnings: null },
    [INSPECT_1]: containerInspection(1),
    [INSPECT_2]: containerInspection(2),
    [INSPECT_IMAGE]: {
      Id: IMAGE_ID,
      Config: { Env: ['A=1'], Cmd: ['serve'] },
      RootFS: { Type: 'layers', Layers: ['sha256:base', 'sha256:top'] },
    },
  });
  clock = createFakeClock();
  engine = createEngine({ endpoint: scripted.endpoint, clock });
});

afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

/** The containers, and the requests that it took to see them. */
async function observe(): Promise<{ readonly containers: readonly ObservedContainer[]; readonly requests: string[] }> {
  scripted.takeRequests();
  const { containers } = await engine.observe({ imageReferences: [] });
  return { containers, requests: scripted.takeRequests().sort() };
}

function listOf(...entries: object[]): void {
  scripted.answers['GET /containers/json'] = entries;
}

/** Sends an event, and resolves when the engine's adapter has taken it in. */
async function emit(event: object): Promise<void> {
  const controller = new AbortController();
  const events = engine.events(controller.signal)[Symbol.asyncIterator]();
  await events.next();
  const marker = { Type: 'image', Action: 'tag', Actor: { ID: 'marker', Attributes: {} } };
  await scripted.emit(event);
  await scripted.emit(marker);
  for (;;) {
    const result = await events.next();
    if (result.done === true || (result.value.kind === 'image' && result.value.id === 'marker')) break;
  }
  controller.abort();
  await events.return?.();
}

const containerEvent = (digit: number, Action: string): object => ({
  Type: 'container',
  Action,
  Actor: { ID: containerId(digit), Attributes: {} },
});

describe('observe', () => {
  it('lists everything and inspects what is new', async () => {
    const { containers, requests } = await observe();
    expect(requests).toEqual(
      ['GET /_ping', 'GET /events', 'GET /info', 'GET /version', INSPECT_1, INSPECT_2, INSPECT_IMAGE, ...LISTS].sort(),
    );
    expect(containers.map(({ name }) => name)).toEqual(['web-1', 'web-2']);
  });

  it('tells what the engine and its kernel can do', async () => {
    const { abilities } = await engine.observe({ imageReferences: [] });
    expect(abilities).toEqual({ apiVersion: '1.41', unsupportedLimits: ['cpuQuota', 'memorySwap', 'nanoCpus'] });
  });

  it('makes four calls, and no inspection, when nothing changed', async () => {
    await observe();
    const { containers, requests } = await observe();
    expect(requests).toEqual(LISTS);
    expect(containers).toHaveLength(2);
  });

  it('makes no more calls because time passes', async () => {
    await observe();
    listOf(containerEntry(1, { Status: 'Up About an hour (health: starting)' }), containerEntry(2));
    expect((await observe()).requests).toEqual(LISTS);
  });

  it.each<[string, object]>([
    ['health', { Status: 'Up 3 minutes (healthy)' }],
    ['state', { State: 'paused', Status: 'Up 3 minutes (Paused)' }],
    ['name', { Names: ['/renamed'] }],
    ['exit code', { State: 'exited', Status: 'Exited (1) 3 minutes ago' }],
    ['networks', { NetworkSettings: { Networks: { none: {}, more: {} } } }],
    ['endpoint', { NetworkSettings: { Networks: { none: { NetworkID: 'n', EndpointID: 'other' } } } }],
  ])('inspects a container again whose %s changed', async (_, change) => {
    await observe();
    listOf(containerEntry(1, change), containerEntry(2));
    expect((await observe()).requests).toEqual([...LISTS, INSPECT_1].sort());
    expect((await observe()).requests).toEqual(LISTS);
  });

  it('inspects a container again that an event is about', async () => {
    await observe();
    scripted.answers[INSPECT_2] = containerInspection(2, { HostConfig: { Memory: 1_000_000, MemorySwap: 2_000_000 } });
    await emit(containerEvent(2, 'update'));
    const { containers, requests } = await observe();
    expect(requests).toEqual([...LISTS, INSPECT_2].sort());
    expect(containers[1]?.config.resources).toMatchObject({ memory: 1_000_000, memorySwap: 0 });
  });

  it('inspects a container again that was connected to a network', async () => {
    await observe();
    await emit({ Type: 'network', Action: 'connect', Actor: { ID: 'n', Attributes: { container: containerId(1) } } });
    expect((await observe()).requests).toEqual([...LISTS, INSPECT_1].sort());
  });

  it.each(['exec_create: /bin/sh -c true', 'exec_start: /bin/sh -c true', 'exec_die', 'top', 'attach'])(
    'does not inspect it again because of %s',
    async (action) => {
      await observe();
      await emit(containerEvent(1, action));
      expect((await observe()).requests).toEqual(LISTS);
    },
  );

  it('inspects a container again on which a start failed, which is no event', async () => {
    await observe();
    scripted.answers[INSPECT_1] = containerInspection(1, { State: { Error: 'port is already allocated' } });
    scripted.answers['POST /containers/web-1/start'] = (response) => refuse(response, 500, 'port is already allocated');
    await expect(engine.startContainer('web-1')).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    const { containers, requests } = await observe();
    expect(requests).toEqual([...LISTS, INSPECT_1].sort());
    expect(containers[0]?.error).toBe('port is already allocated');
  });

  it('leaves out a container that is gone before it is inspected', async () => {
    scripted.answers[INSPECT_1] = (response) => refuse(response, 404, `No such container: ${containerId(1)}`);
    expect((await observe()).containers.map(({ name }) => name)).toEqual(['web-2']);
  });

  it('forgets containers that are gone', async () => {
    await observe();
    listOf(containerEntry(1));
    expect((await observe()).containers).toHaveLength(1);
    listOf(containerEntry(1), containerEntry(2));
    expect((await observe()).requests).toEqual([...LISTS, INSPECT_2].sort());
  });

  it('trusts nothing from before its events broke', async () => {
    await observe();
    scripted.breakEvents();
    await eventsToBreak();
    expect((await observe()).requests).toEqual(
      ['GET /_ping', 'GET /events', 'GET /info', 'GET /version', INSPECT_1, INSPECT_2, INSPECT_IMAGE, ...LISTS].sort(),
    );
    expect((await observe()).requests).toEqual(LISTS);
  });

  it('does not keep an inspection during which something changed', async () => {
    const inspected = Promise.withResolvers<void>();
    const changed = Promise.withResolvers<void>();
    listOf(containerEntry(1));
    scripted.answers[INSPECT_1] = (response) => {
      inspected.resolve();
      void changed.promise.then(() => response.end(JSON.stringify(containerInspection(1))));
    };
    const first = engine.observe({ imageReferences: [] });
    await inspected.promise;
    await emit(containerEvent(1, 'update'));
    changed.resolve();
    expect((await first).containers).toHaveLength(1);
    expect((await observe()).requests).toEqual([...LISTS, INSPECT_1].sort());
    expect((await observe()).requests).toEqual(LISTS);
  });

  it('does not trust an inspection forever: engines may drop events', async () => {
    await observe();
    clock.advance(10 * 60_000);
    const inspections = [await observe(), await observe()].map(({ requests }) =>
      requests.filter((request) => !LISTS.includes(request)),
    );
    expect(inspections.flat().sort()).toEqual([INSPECT_1, INSPECT_2]);
    expect(inspections.map(({ length }) => length)).toEqual([1, 1]);
    expect((await observe()).requests).toEqual(LISTS);
  });

  it('gives named images alone, those in use with their configuration', async () => {
    const { images } = await engine.observe({ imageReferences: [] });
    expect(images).toEqual([
      {
        id: IMAGE_ID,
        builtHere: true,
        tags: ['web:1'],
        digests: [],
        config: expect.objectContaining({ environment: { A: '1' } }),
        layers: ['sha256:base', 'sha256:top'],
      },
    ]);
  });

  it('forgets the configuration of images that are gone', async () => {
    listOf();
    const asked = { imageReferences: ['web:1'] };
    const images = scripted.answers['GET /images/json'] ?? [];
    await engine.observe(asked);
    scripted.takeRequests();
    await engine.observe(asked);
    expect(scripted.takeRequests().sort()).toEqual(LISTS);
    scripted.answers['GET /images/json'] = [];
    await engine.observe(asked);
    scripted.answers['GET /images/json'] = images;
    scripted.takeRequests();
    await engine.observe(asked);
    expect(scripted.takeRequests().sort()).toEqual([...LISTS, INSPECT_IMAGE].sort());
  });

  it('inspects an image that is gone by then without failing', async () => {
    scripted.answers[INSPECT_IMAGE] = (response) => refuse(response, 404, `No such image: ${IMAGE_ID}`);
    const { images } = await engine.observe({ imageReferences: [] });
    expect(images).toEqual([{ id: IMAGE_ID, builtHere: true, tags: ['web:1'], digests: [] }]);
  });

  it('fails when the engine cannot be reached', async () => {
    await scripted[Symbol.asyncDispose]();
    await expect(engine.observe({ imageReferences: [] })).rejects.toBeInstanceOf(EngineUnreachableError);
  });
});

/** Resolves when the adapter has noticed the end of the events. */
async function eventsToBreak(): Promise<void> {
  const events = engine.events(new AbortController().signal);
  await expect(Array.fromAsync(events)).rejects.toBeInstanceOf(EngineUnreachableError);
}
