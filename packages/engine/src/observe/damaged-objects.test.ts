import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONTAINER_CONFIG, type EngineSnapshot } from '@device-supervisor/compose';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { createEngine, EngineUnreachableError, type Engine } from '../index.ts';
import { LEASE } from '../testing/contract/contract-subject.ts';
import { containerEntry, containerId, containerInspection, IMAGE_ID } from '../testing/engine-answers.ts';
import { refuse, startScriptedEngine, type Answer, type ScriptedEngine } from '../testing/scripted-engine.ts';

const INSPECT_1 = `GET /containers/${containerId(1)}/json`;
const INSPECT_2 = `GET /containers/${containerId(2)}/json`;
const INSPECT_IMAGE = `GET /images/${IMAGE_ID}/json`;
const LOST_LAYER = 'stat /var/lib/docker/overlay2/abc: no such file or directory';

let scripted: ScriptedEngine;
let engine: Engine;
let clock: FakeClock;

beforeEach(async () => {
  scripted = await startScriptedEngine({
    'GET /containers/json': [containerEntry(1), containerEntry(2)],
    'GET /images/json': [{ Id: IMAGE_ID, RepoTags: ['web:1'], RepoDigests: [] }],
    'GET /networks': [{ Id: 'n', Name: 'net', Driver: 'bridge' }],
    'GET /volumes': { Volumes: [{ Name: 'data', Driver: 'local' }] },
    'GET /info': {},
    'GET /version': { ApiVersion: '1.41' },
    [INSPECT_1]: containerInspection(1),
    [INSPECT_2]: containerInspection(2),
    [INSPECT_IMAGE]: { Id: IMAGE_ID, Config: {}, RootFS: { Layers: [] } },
  });
  clock = createFakeClock();
  engine = createEngine({ endpoint: scripted.endpoint, clock });
});

afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

function observe(): Promise<EngineSnapshot> {
  return engine.observe({ imageReferences: [] });
}

const refused: Answer = (response) => refuse(response, 500, LOST_LAYER);

describe('a container that the engine cannot inspect', () => {
  it('is damaged, with what the list tells about it, and the others are as ever', async () => {
    scripted.answers[INSPECT_1] = refused;
    const { containers } = await observe();
    expect(containers).toMatchObject([
      {
        id: containerId(1),
        name: 'web-1',
        imageId: IMAGE_ID,
        imageReference: 'web:1',
        identity: { appId: 7, serviceName: 'web' },
        status: 'running',
        createdAt: 1_795_464_164_000,
        config: { networks: { none: {} }, command: null },
        networkIds: ['n'],
        damage: { isFinal: true, reason: expect.stringContaining(LOST_LAYER) },
      },
      { name: 'web-2', config: { command: ['serve'] } },
    ]);
    expect(containers[1]?.damage).toBeUndefined();
  });

  it('is not damaged when a second try succeeds', async () => {
    let times = 0;
    scripted.answers[INSPECT_1] = (response) =>
      times++ === 0 ? refuse(response, 500, 'busy') : response.end(JSON.stringify(containerInspection(1)));
    expect((await observe()).containers[0]).not.toHaveProperty('damage');
  });

  it('is gone when it went between the two tries', async () => {
    let times = 0;
    scripted.answers[INSPECT_1] = (response) =>
      times++ === 0 ? refuse(response, 500, LOST_LAYER) : refuse(response, 404, `No such container: ${containerId(1)}`);
    expect((await observe()).containers.map(({ name }) => name)).toEqual(['web-2']);
  });

  it.each<[string, Answer]>([
    ['is no JSON', '<html>'],
    ['ends in the middle', JSON.stringify(containerInspection(1)).slice(0, 500)],
    ['lacks its parts', { Id: containerId(1), State: {} }],
    ['has a part of another kind', containerInspection(1, { Config: { Env: 'A=1' } })],
  ])('is damaged when the answer %s', async (_, answer) => {
    scripted.answers[INSPECT_1] = answer;
    const { containers } = await observe();
    expect(containers[0]?.damage).toMatchObject({ isFinal: true });
    expect(containers[1]?.damage).toBeUndefined();
  });

  it.each<[string, Answer]>([
    ['the engine says that it is busy', (response) => refuse(response, 503, 'starting')],
    ['the disk is full', (response) => refuse(response, 500, 'write /x: no space left on device')],
    ['the connection breaks', (response) => response.destroy()],
    [
      'the connection breaks in the middle of the answer',
      (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"Id"', () => response.destroy());
      },
    ],
  ])('may be whole when %s', async (_, answer) => {
    scripted.answers[INSPECT_1] = answer;
    expect((await observe()).containers[0]?.damage).toMatchObject({ isFinal: false });
  });

  it('may be whole when no answer comes in time, which is awaited for the one alone', async () => {
    await observe();
    scripted.answers['GET /containers/json'] = [
      containerEntry(1, { Status: 'Up 1 hour (healthy)' }),
      containerEntry(2),
    ];
    const asked = Promise.withResolvers<void>();
    scripted.answers[INSPECT_1] = () => asked.resolve();
    const observed = observe();
    await asked.promise;
    clock.advance(15_000);
    const { containers } = await observed;
    expect(containers.map(({ damage }) => damage?.isFinal)).toEqual([false, undefined]);
  });

  it('is looked at again after a while, and not in each look', async () => {
    scripted.answers[INSPECT_1] = refused;
    await observe();
    scripted.takeRequests();
    await observe();
    expect(scripted.takeRequests()).not.toContain(INSPECT_1);
    scripted.answers[INSPECT_1] = containerInspection(1);
    clock.advance(30_000);
    expect((await observe()).containers[0]?.damage).toBeUndefined();
  });

  it('is no container of the engine that is away', async () => {
    scripted.answers[INSPECT_1] = (response) => response.destroy();
    scripted.answers['GET /_ping'] = 'OK';
    await observe();
    scripted.answers['GET /_ping'] = (response) => response.destroy();
    clock.advance(30_000);
    await expect(observe()).rejects.toBeInstanceOf(EngineUnreachableError);
  });

  it('is stopped with the time that engines give', async () => {
    scripted.answers[INSPECT_1] = refused;
    scripted.answers[`POST /containers/${containerId(1)}/stop`] = (response) => response.writeHead(204).end();
    await engine.stopContainer(containerId(1), LEASE, null);
    expect(scripted.requests.at(-1)?.query.get('t')).toBe('10');
  });
});

describe('a container that ran and whose own files are lost', () => {
  const Error = 'invalid rootfs: stat /var/lib/docker/overlay2/abc/diff: no such file or directory: unknown';

  it('is damaged once a start has shown it', async () => {
    scripted.answers[INSPECT_1] = containerInspection(1, { State: { Status: 'exited', Error } });
    expect((await observe()).containers[0]).toMatchObject({
      damage: { isFinal: true, reason: Error },
      config: { command: ['serve'] },
    });
  });

  it('is not damaged by a command that is missing', async () => {
    const missing = 'OCI runtime create failed: exec: "serve": stat /bin/serve: no such file or directory: unknown';
    scripted.answers[INSPECT_1] = containerInspection(1, { State: { Status: 'exited', Error: missing } });
    expect((await observe()).containers[0]?.damage).toBeUndefined();
  });
});

describe('an image whose layers are lost', () => {
  it('is damaged, and the containers are as ever', async () => {
    scripted.answers[INSPECT_IMAGE] = refused;
    const { images, containers } = await observe();
    expect(images).toMatchObject([{ id: IMAGE_ID, tags: ['web:1'], damage: { isFinal: true } }]);
    expect(images[0]).not.toHaveProperty('config');
    expect(containers).toHaveLength(2);
  });

  it.each(['layer does not exist', `open /var/lib/docker/overlay2/5091/committed: no such file or directory`])(
    'lets no container be made: %s',
    async (message) => {
      scripted.answers['POST /containers/create'] = (response) => refuse(response, 500, message);
      const container = { name: 'web', image: 'web:1', config: DEFAULT_CONTAINER_CONFIG };
      await expect(engine.createContainer(container)).rejects.toMatchObject({
        code: 'IMAGE_DAMAGED',
        details: { reference: 'web:1', reason: message },
      });
    },
  );

  it.each([
    ['0001-01-01T00:00:00Z', 'IMAGE_DAMAGED'],
    ['2026-11-23T20:02:45.100000001Z', 'ENGINE_REQUEST_FAILED'],
  ])('is the reason why a container does not start that was last started at %s: %s', async (StartedAt, code) => {
    const message = 'error creating overlay mount to /var/lib/docker/overlay2/abc/merged: no such file or directory';
    scripted.answers['POST /containers/web-1/start'] = (response) => refuse(response, 500, message);
    scripted.answers['GET /containers/web-1/json'] = containerInspection(1, { State: { StartedAt } });
    await expect(engine.startContainer('web-1')).rejects.toMatchObject({ code });
  });
});

describe('a list', () => {
  it('with an entry that does not decode gives what is left of it, and the others', async () => {
    scripted.answers['GET /networks'] = [
      { Id: 'n', Name: 'net', Driver: 'bridge' },
      { Id: 'm', Name: 'odd', Driver: 7, Labels: { 'io.balena.supervised': 'true', 'io.balena.app-id': '7' } },
      { Name: 5 },
    ];
    scripted.answers['GET /volumes'] = { Volumes: [{ Name: 'data', Options: 'none' }, null] };
    scripted.answers['GET /images/json'] = [{ Id: IMAGE_ID, RepoTags: 'web:1' }];
    const { networks, volumes, images, faults } = await observe();
    expect(networks).toMatchObject([{ name: 'net' }, { name: 'odd', appId: 7, damage: { isFinal: true } }]);
    expect(networks[0]?.damage).toBeUndefined();
    expect(volumes).toMatchObject([{ name: 'data', damage: { isFinal: true } }]);
    expect(images).toEqual([]);
    expect(faults).toHaveLength(2);
  });

  it('with a container that does not decode gives it as far as it does, and inspects it', async () => {
    scripted.answers['GET /containers/json'] = [
      containerEntry(1, { NetworkSettings: 7, Created: 'now' }),
      containerEntry(2),
    ];
    expect((await observe()).containers).toMatchObject([
      { name: 'web-1', config: { command: ['serve'] } },
      { name: 'web-2' },
    ]);
  });

  it.each([['GET /images/json'], ['GET /networks'], ['GET /volumes']])(
    'that the engine refuses, %s, is the one of the last look',
    async (list) => {
      const before = await observe();
      scripted.answers[list] = refused;
      const { faults, ...after } = await observe();
      expect(after).toEqual(before);
      expect(faults).toEqual([expect.stringContaining(LOST_LAYER)]);
    },
  );

  it('of containers that the engine refuses leaves nothing to go by', async () => {
    scripted.answers['GET /containers/json'] = refused;
    await expect(observe()).rejects.toThrow(LOST_LAYER);
  });

  it('is enough when the engine does not tell what it can do', async () => {
    scripted.answers['GET /info'] = refused;
    const { abilities, containers, faults } = await observe();
    expect([abilities.unsupportedLimits, containers.length, faults?.length]).toEqual([[], 2, 1]);
  });
});
