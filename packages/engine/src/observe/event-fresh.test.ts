import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONTAINER_CONFIG, type EngineSnapshot } from '@device-supervisor/compose';
import type { EngineEvent } from '@device-supervisor/device';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { createEngine, type Engine } from '../index.ts';
import { networkConfig, volumeConfig, LEASE } from '../testing/contract/contract-subject.ts';
import { containerEntry, containerId, containerInspection, IMAGE_ID } from '../testing/engine-answers.ts';
import { startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

const INSPECT_1 = `GET /containers/${containerId(1)}/json`;
const CONTAINERS = 'GET /containers/json';
const IMAGES = 'GET /images/json';
const NETWORKS = 'GET /networks';
const VOLUMES = 'GET /volumes';

let scripted: ScriptedEngine;
let engine: Engine;
let clock: FakeClock;
let events: AsyncIterator<EngineEvent>;
let listening: AbortController;

beforeEach(async () => {
  scripted = await startScriptedEngine({
    [CONTAINERS]: [containerEntry(1)],
    [IMAGES]: [{ Id: IMAGE_ID, RepoTags: ['web:1'], RepoDigests: [] }],
    [NETWORKS]: [],
    [VOLUMES]: { Volumes: [] },
    'GET /info': {},
    'GET /version': { ApiVersion: '1.41' },
    [INSPECT_1]: containerInspection(1),
    [`GET /images/${IMAGE_ID}/json`]: { Id: IMAGE_ID, Config: {}, RootFS: { Layers: [] } },
  });
  clock = createFakeClock();
  engine = createEngine({ endpoint: scripted.endpoint, clock });
  listening = new AbortController();
  events = engine.events(listening.signal)[Symbol.asyncIterator]();
  await events.next();
  await look(false);
});

afterEach(async () => {
  listening.abort();
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

async function look(trustEvents = true): Promise<{ readonly snapshot: EngineSnapshot; readonly requests: string[] }> {
  scripted.takeRequests();
  const snapshot = await engine.observe({ imageReferences: [], trustEvents });
  return { snapshot, requests: scripted.takeRequests().sort() };
}

/** Sends an event, and resolves when the adapter has taken it in. */
async function emit(Type: string, Action: string, Attributes: object = {}): Promise<void> {
  await scripted.emit({ Type, Action, Actor: { ID: containerId(1), Attributes } });
  await events.next();
}

describe('a look that trusts the events', () => {
  it('asks for nothing when nothing happened, and sees the same', async () => {
    const before = await look(false);
    const { snapshot, requests } = await look();
    expect(requests).toEqual([]);
    expect(snapshot).toEqual(before.snapshot);
  });

  it('asks for the images when a container of ours has one that no event was about', async () => {
    const labels = { 'io.balena.supervised': 'true', 'io.balena.service-name': 'web' };
    scripted.answers[CONTAINERS] = [containerEntry(1, { ImageID: 'sha256:committed', Labels: labels })];
    scripted.answers[IMAGES] = [
      { Id: IMAGE_ID, RepoTags: ['web:1'], RepoDigests: [] },
      { Id: 'sha256:committed', RepoTags: null, RepoDigests: null, Labels: labels },
    ];
    await emit('container', 'create');
    const { snapshot, requests } = await look();
    expect(requests).toEqual([CONTAINERS, IMAGES]);
    expect(snapshot.containers).toEqual([]);
  });

  it.each([
    { kind: 'container', action: 'die', expected: [CONTAINERS, INSPECT_1] },
    { kind: 'network', action: 'connect', expected: [CONTAINERS, INSPECT_1, NETWORKS] },
    { kind: 'network', action: 'create', expected: [NETWORKS] },
    { kind: 'volume', action: 'destroy', expected: [VOLUMES] },
    { kind: 'image', action: 'untag', expected: [IMAGES] },
  ])('asks for what an event is about: $kind $action', async ({ kind, action, expected }) => {
    await emit(kind, action, action === 'connect' ? { container: containerId(1) } : {});
    expect((await look()).requests).toEqual([...expected].sort());
    expect((await look()).requests).toEqual([]);
  });

  it.each<[string, string[], () => Promise<unknown>]>([
    [
      'createContainer',
      [CONTAINERS],
      () => engine.createContainer({ name: 'new', image: 'web:1', config: DEFAULT_CONTAINER_CONFIG }),
    ],
    ['startContainer', [CONTAINERS, INSPECT_1], () => engine.startContainer(containerId(1))],
    ['removeContainer', [CONTAINERS, INSPECT_1], () => engine.removeContainer(containerId(1), LEASE)],
    ['createNetwork', [NETWORKS], () => engine.createNetwork('net', networkConfig())],
    ['removeNetwork', [NETWORKS], () => engine.removeNetwork('n')],
    ['createVolume', [VOLUMES], () => engine.createVolume('data', volumeConfig())],
    ['removeVolume', [VOLUMES], () => engine.removeVolume('data')],
    ['removeImage', [IMAGES], () => engine.removeImage('web:1')],
    ['pullImage', [IMAGES], () => engine.pullImage('web:1', { signal: listening.signal, onProgress: () => undefined })],
  ])('asks for what our own %s may have changed, also when it failed', async (_, expected, act) => {
    // Nothing of it has an answer here: each call fails. What is not found would be a surprise.
    for (const path of [`/containers/${containerId(1)}`, '/networks/n', '/volumes/data']) {
      scripted.answers[`DELETE ${path}`] = (response: ServerResponse) => void response.writeHead(500).end('{}');
    }
    await Promise.allSettled([act()]);
    expect((await look()).requests).toEqual([...expected].sort());
  });

  it('lists images anyway when it is asked to', async () => {
    scripted.takeRequests();
    scripted.answers[IMAGES] = [{ Id: IMAGE_ID, RepoTags: ['web:2'], RepoDigests: [] }];
    const { images } = await engine.observe({ imageReferences: [], trustEvents: true, listImages: true });
    expect(scripted.takeRequests()).toEqual([IMAGES]);
    expect(images.map(({ tags }) => tags)).toEqual([['web:2']]);
  });

  /** Answers of engines to calls without effect. */
  const nothingToDo = (request: string) => (response: ServerResponse) => {
    if (request.startsWith('POST')) return void response.writeHead(304).end();
    const [, kind = '', name = ''] = /\/(\w+)s\/(.+)$/.exec(request) ?? [];
    const message = {
      container: `No such container: ${name}`,
      image: `No such image: ${name}`,
      network: `network ${name} not found`,
      volume: `get ${name}: no such volume`,
    }[kind];
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  };
  const NETWORK = 'f'.repeat(64);

  it.each<[string, string, () => Promise<unknown>]>([
    [
      'a container to start runs',
      `POST /containers/${containerId(1)}/start`,
      () => engine.startContainer(containerId(1)),
    ],
    [
      'a container to stop is stopped',
      `POST /containers/${containerId(1)}/stop`,
      () => engine.stopContainer(containerId(1), LEASE, null),
    ],
    [
      'a container to remove is gone',
      `DELETE /containers/${containerId(2)}`,
      () => engine.removeContainer(containerId(2), LEASE),
    ],
    ['a network to remove is gone', `DELETE /networks/${NETWORK}`, () => engine.removeNetwork(NETWORK)],
    ['a volume to remove is gone', 'DELETE /volumes/data', () => engine.removeVolume('data')],
    ['an image to remove is gone', 'DELETE /images/web:3', () => engine.removeImage('web:3')],
  ])('asks for everything after a surprise: %s', async (_, request, act) => {
    scripted.answers[request] = nothingToDo(request);
    await act();
    expect((await look()).requests).toEqual(expect.arrayContaining([CONTAINERS, IMAGES, NETWORKS, VOLUMES]));
  });

  it('asks for everything when the stream of events broke', async () => {
    scripted.breakEvents();
    await expect(events.next()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    expect((await look()).requests).toEqual(expect.arrayContaining([CONTAINERS, IMAGES, NETWORKS, VOLUMES]));
  });

  it('sees a change that was reported during a list call', async () => {
    const asked = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    scripted.answers[NETWORKS] = (response) => {
      asked.resolve();
      void told.promise.then(() => response.end('[]'));
    };
    const first = engine.observe({ imageReferences: [] });
    await asked.promise;
    await emit('network', 'create');
    told.resolve();
    await first;
    expect((await look()).requests).toEqual([NETWORKS]);
  });
});

describe('a stream of events that stays open and silent', () => {
  const subscriptions = (): number => scripted.requests.filter(({ path }) => path === '/events').length;

  it.each<[string, string, object]>([
    ['a container is gone', CONTAINERS, []],
    ['a container ended', CONTAINERS, [containerEntry(1, { State: 'exited', Status: 'Exited (1) 3 minutes ago' })]],
    ['an image lost its tag', IMAGES, []],
    ['a network is new', NETWORKS, [{ Id: 'n', Name: 'net' }]],
    ['a volume is new', VOLUMES, { Volumes: [{ Name: 'data' }] }],
  ])('is replaced when a full look finds that %s', async (_, list, answer) => {
    scripted.answers[list] = answer;
    await look(false);
    clock.advance(2_000);
    expect(await events.next()).toEqual({ done: false, value: { kind: 'missed' } });
    expect(subscriptions()).toBe(2);
  });

  it('is replaced though we changed something ourselves meanwhile', async () => {
    scripted.answers[CONTAINERS] = [];
    await look(false);
    await Promise.allSettled([
      engine.createContainer({ name: 'web', image: 'web:1', config: DEFAULT_CONTAINER_CONFIG }),
    ]);
    clock.advance(2_000);
    expect(await events.next()).toEqual({ done: false, value: { kind: 'missed' } });
  });

  it('stays when the event only came a little later than the list', async () => {
    scripted.answers[CONTAINERS] = [];
    await look(false);
    await emit('container', 'destroy');
    clock.advance(2_000);
    await emit('volume', 'create');
    expect(subscriptions()).toBe(1);
  });

  it('ends for its consumers when the engine does not take another subscription', async () => {
    scripted.answers[CONTAINERS] = [];
    await look(false);
    scripted.answers['GET /events'] = (response) => response.destroy();
    clock.advance(2_000);
    await expect(events.next()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  });
});

describe('a full look', () => {
  it('gives the snapshot of the look before, the same object, when nothing has changed', async () => {
    const before = await look(false);
    scripted.answers[CONTAINERS] = [containerEntry(1, { Status: 'Up 7 minutes (health: starting)' })];
    const after = await look(false);
    expect(after.requests).toEqual([CONTAINERS, IMAGES, NETWORKS, VOLUMES]);
    expect(after.snapshot).toBe(before.snapshot);
  });

  it.each([
    ['a container', { [CONTAINERS]: [containerEntry(1, { State: 'paused', Status: 'Up 7 minutes (Paused)' })] }],
    ['the tag of an image', { [IMAGES]: [{ Id: IMAGE_ID, RepoTags: ['web:2'], RepoDigests: [] }] }],
    ['a network', { [NETWORKS]: [{ Id: 'n1', Name: 'net' }] }],
    ['a volume', { [VOLUMES]: { Volumes: [{ Name: 'data' }] } }],
    ['a list that is refused', { [VOLUMES]: 'no list' }],
  ])('gives another one when %s has changed', async (_name, answers) => {
    const before = await look(false);
    Object.assign(scripted.answers, answers);
    const { snapshot } = await look(false);
    expect(snapshot).not.toBe(before.snapshot);
  });

  it('gives another one for other images', async () => {
    const before = await look(false);
    expect(await engine.observe({ imageReferences: ['other:1'] })).not.toBe(before.snapshot);
  });
});
