import { mkdir, rm } from 'node:fs/promises';
import { busyboxImage, connectEngine, startTestEngine, waitFor, type TestEngine } from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';
import { MULTI, SINGLE, worldTarget } from './conformance/world.ts';

const IMAGE = 'key-scope:1';
const NEXT = 'key-scope:2';
const LOCKS = [SINGLE, MULTI].map(({ id, name }) => lockOf(id, name === 'single' ? 'main' : 'web'));

let engine: TestEngine;
let world: RealWorld;

beforeAll(async () => {
  engine = await startTestEngine();
  for (const tag of [IMAGE, NEXT]) {
    await busyboxImage(engine.endpoint, { tag, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL', labels: { tag } });
  }
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: worldTarget(IMAGE) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

afterEach(async () => {
  for (const lock of LOCKS) await rm(lock, { recursive: true, force: true });
  await post('/v2/local/target-state', world.keys.global, worldTarget(IMAGE));
  await world.reset();
});

/** Host path of a service's lock. */
function lockOf(appId: number, service: string): string {
  return `/tmp/balena-supervisor/services/${appId}/${service}/updates.lock`;
}

async function post(path: string, key: string, body: unknown): Promise<number> {
  const response = await world.send({ method: 'POST', path, key, body });
  await response.text();
  return response.status;
}

/** Images of the running containers, by service. */
async function images(): Promise<Record<string, string>> {
  const containers = await connectEngine(engine.endpoint).listContainers();
  return Object.fromEntries(
    containers.map(({ Labels, Image }) => [String(Labels['io.balena.service-name']), Image] as const),
  );
}

async function reach(expected: Record<string, string>): Promise<void> {
  await waitFor('the containers', images, {
    until: (found) => JSON.stringify(sorted(found)) === JSON.stringify(sorted(expected)),
  });
}

function sorted(record: Record<string, string>): string[][] {
  return Object.entries(record).toSorted(([a], [b]) => a.localeCompare(b));
}

function updateStatuses(): Record<string, string> {
  return Object.fromEntries(world.device.state().apps.map(({ name, updateStatus }) => [name, updateStatus]));
}

const OLD = { main: IMAGE, web: IMAGE, db: IMAGE };

describe('the key of a service', () => {
  it('forces the update of its own app, and breaks no lock of another', async () => {
    for (const lock of LOCKS) await mkdir(lock);
    expect(await post('/v2/local/target-state', world.keys.global, worldTarget(NEXT))).toBe(200);
    await waitFor('both apps to wait for their locks', updateStatuses, {
      until: ({ single, multi }) => single === 'downloaded' && multi === 'downloaded',
    });
    expect(await post('/v1/update', world.keys.multi, { force: true })).toBe(204);
    await reach({ main: IMAGE, web: NEXT, db: NEXT });
    await waitFor('the end of that update', updateStatuses, { until: ({ multi }) => multi === 'done' });
    expect(updateStatuses()).toEqual({ single: 'downloaded', multi: 'done' });
    expect(await post('/v1/update', world.keys.single, { force: true })).toBe(204);
    await reach({ main: NEXT, web: NEXT, db: NEXT });
  });

  it('cancels the update of its own app, and no other resumes it', async () => {
    for (const lock of LOCKS) await mkdir(lock);
    expect(await post('/v2/local/target-state', world.keys.global, worldTarget(NEXT))).toBe(200);
    expect(await post('/v1/update', world.keys.single, { cancel: true })).toBe(204);
    await waitFor('the other app to wait for its lock', updateStatuses, {
      until: ({ single, multi }) => single === 'aborted' && multi === 'downloaded',
    });
    for (const lock of LOCKS) await rm(lock, { recursive: true });
    await reach({ ...OLD, web: NEXT, db: NEXT });
    expect(await post('/v1/update', world.keys.multi, {})).toBe(204);
    await world.reset();
    expect(updateStatuses()).toEqual({ single: 'aborted', multi: 'done' });
    expect(await images()).toMatchObject({ main: IMAGE });
    expect(await post('/v1/update', world.keys.single, {})).toBe(204);
    await reach({ main: NEXT, web: NEXT, db: NEXT });
  });

  it.each(['reboot', 'shutdown'])('forces a %s past the locks of its own app alone', async (action) => {
    expect(await post(`/v1/${action}`, world.keys.single, { force: true })).toBe(202);
    expect(await post(`/v1/${action}`, world.keys.global, { force: true })).toBe(202);
    expect(world.host.actions.slice(-2)).toEqual([`${action} force of ${SINGLE.id}`, `${action} force`]);
  });
});
