import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testLease } from '@device-supervisor/compose/testing';
import { createEngine, type Engine } from '../index.ts';
import { containerId, containerInspection } from '../testing/engine-answers.ts';
import { refuse, startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

const ID = containerId(1);
const LEASE = testLease(7, ['web']);

let scripted: ScriptedEngine;
let engine: Engine;

beforeEach(async () => {
  scripted = await startScriptedEngine();
  engine = createEngine({ endpoint: scripted.endpoint, callTimeout: 1000 });
});

afterEach(async () => {
  vi.useRealTimers();
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

describe('stopContainer', () => {
  it.each([
    { source: 'one is given', timeout: 3, Config: {}, seconds: '3' },
    { source: 'the container has', timeout: null, Config: { StopTimeout: 40 }, seconds: '40' },
    { source: 'engines give by themselves', timeout: null, Config: {}, seconds: '10' },
  ])('gives the time that $source', async ({ timeout, Config, seconds }) => {
    scripted.answers[`GET /containers/${ID}/json`] = containerInspection(1, { Config });
    scripted.answers[`POST /containers/${ID}/stop`] = (response) => response.writeHead(204).end();
    await engine.stopContainer(ID, LEASE, timeout);
    expect(scripted.requests.at(-1)?.query.get('t')).toBe(seconds);
  });

  it('waits for that long, and a little more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = Promise.withResolvers<void>();
    scripted.answers[`GET /containers/${ID}/json`] = containerInspection(1);
    scripted.answers[`POST /containers/${ID}/stop`] = () => asked.resolve();
    const stopped = engine.stopContainer(ID, LEASE, 30).catch((error: unknown) => error);
    await asked.promise;
    vi.advanceTimersByTime(30_999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await stopped).toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  });

  it('waits without end when the container may take as long as it wants', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    scripted.answers[`GET /containers/${ID}/json`] = containerInspection(1);
    let timers = -1;
    scripted.answers[`POST /containers/${ID}/stop`] = (response) => {
      timers = vi.getTimerCount();
      response.writeHead(204).end();
    };
    await engine.stopContainer(ID, LEASE, -1);
    expect(timers).toBe(0);
  });
});

describe('renameContainer', () => {
  const rename = `POST /containers/${ID}/rename`;
  const noSandbox = `sandbox ${'5'.repeat(64)} not found`;

  it('says that the engine is about to restart the container', async () => {
    scripted.answers[rename] = (response) => refuse(response, 404, noSandbox);
    scripted.answers[`GET /containers/${ID}/json`] = containerInspection(1, { State: { Status: 'restarting' } });
    expect(await engine.renameContainer(ID, 'web', LEASE)).toBe('restarting');
  });

  it('asks once more when the container runs again meanwhile', async () => {
    scripted.answers[rename] = (response) => refuse(response, 404, noSandbox);
    scripted.answers[`GET /containers/${ID}/json`] = (response) => {
      scripted.answers[rename] = (renamed) => renamed.writeHead(204).end();
      response.end(JSON.stringify(containerInspection(1)));
    };
    expect(await engine.renameContainer(ID, 'web', LEASE)).toBe('renamed');
  });

  it('fails for a container that runs and has no network stack', async () => {
    scripted.answers[rename] = (response) => refuse(response, 404, noSandbox);
    scripted.answers[`GET /containers/${ID}/json`] = containerInspection(1);
    await expect(engine.renameContainer(ID, 'web', LEASE)).rejects.toMatchObject({ code: 'CONTAINER_RESTARTING' });
    expect(scripted.takeRequests().filter((request) => request === rename)).toHaveLength(2);
  });
});

describe('removeContainer', () => {
  it('removes its anonymous volumes, and it by force', async () => {
    scripted.answers[`DELETE /containers/${ID}`] = (response) => response.writeHead(204).end();
    await engine.removeContainer(ID, LEASE);
    expect(Object.fromEntries(scripted.requests[0]?.query ?? [])).toEqual({ v: 'true', force: 'true' });
  });

  it('waits for a removal that another client began', async () => {
    const gone = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    scripted.answers[`DELETE /containers/${ID}`] = (response) =>
      refuse(response, 409, `removal of container ${ID} is already in progress`);
    scripted.answers[`POST /containers/${ID}/wait`] = (response, { query }) => {
      expect(query.get('condition')).toBe('removed');
      waiting.resolve();
      void gone.promise.then(() => response.end('{"StatusCode":0}'));
    };
    let isRemoved = false;
    const removed = engine.removeContainer(ID, LEASE).then(() => (isRemoved = true));
    await waiting.promise;
    expect(isRemoved).toBe(false);
    gone.resolve();
    await removed;
  });

  it('is content when that removal is over before it can wait', async () => {
    scripted.answers[`DELETE /containers/${ID}`] = (response) =>
      refuse(response, 409, `removal of container ${ID} is already in progress`);
    scripted.answers[`POST /containers/${ID}/wait`] = (response) => refuse(response, 404, `No such container: ${ID}`);
    await engine.removeContainer(ID, LEASE);
    expect(scripted.takeRequests()).toEqual([`DELETE /containers/${ID}`, `POST /containers/${ID}/wait`]);
  });

  it('says what else went wrong', async () => {
    const message = `container ${ID}: driver "overlay2" failed to remove root filesystem: device or resource busy`;
    scripted.answers[`DELETE /containers/${ID}`] = (response) => refuse(response, 500, message);
    await expect(engine.removeContainer(ID, LEASE)).rejects.toMatchObject({
      code: 'ENGINE_REQUEST_FAILED',
      message: expect.stringContaining(message),
    });
  });
});

describe('connectNetwork', () => {
  it('is content when a running container is in the network already', async () => {
    scripted.answers['POST /networks/net/connect'] = (response) =>
      refuse(response, 403, 'endpoint with name web already exists in network net');
    const endpoint = { aliases: ['web'], ipv4Address: '10.0.0.9', ipv6Address: '', linkLocalIps: [] };
    await engine.connectNetwork('web', 'net', endpoint);
    expect(JSON.parse(scripted.requests[0]?.body ?? '')).toEqual({
      Container: 'web',
      EndpointConfig: { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.0.0.9' } },
    });
  });
});
