import { busyboxImage, connectEngine, startTestEngine, type TestEngine } from '@device-supervisor/testbed';
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';
import { MULTI, SINGLE, worldTarget, type WorldRequest } from './conformance/world.ts';

const IMAGE = 'concurrency:1';

let engine: TestEngine;
let world: RealWorld;

beforeAll(async () => {
  engine = await startTestEngine();
  await busyboxImage(engine.endpoint, { tag: IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: worldTarget(IMAGE) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const multi = `/v2/applications/${MULTI.id}`;
const single = `/v2/applications/${SINGLE.id}`;

/** Ten requests that get in each other's way. */
const REQUESTS: readonly WorldRequest[] = [
  { method: 'POST', path: `${multi}/restart-service`, body: { serviceName: 'web' } },
  { method: 'POST', path: `${multi}/stop-service`, body: { serviceName: 'db' } },
  { method: 'POST', path: `${multi}/start-service`, body: { serviceName: 'db' } },
  { method: 'POST', path: `${multi}/purge` },
  { method: 'POST', path: `${single}/restart` },
  { method: 'POST', path: '/v1/update', body: { force: true } },
  { method: 'POST', path: '/v2/local/target-state', body: worldTarget(IMAGE) },
  { method: 'GET', path: '/v2/state/status' },
  { method: 'GET', path: '/v3/plan' },
  { method: 'GET', path: '/v2/cleanup-volumes' },
];

it('fifty mixed actions at once are all answered, and end in the state that the target asks for', async () => {
  const { global: key } = world.keys;
  const all = Array.from({ length: 5 }, () => REQUESTS).flat();
  const answers = await Promise.all(
    all.map(async (request) => {
      const response = await world.send({ ...request, key });
      return { request: `${request.method} ${request.path}`, status: response.status, body: await response.text() };
    }),
  );
  // An action that another one makes impossible says so; nothing else fails.
  const failures = answers.filter(
    ({ status, body }) => status >= 400 && !(status === 503 && body.startsWith('{"status":"failed"')),
  );
  expect(failures).toEqual([]);
  expect(answers.filter(({ body }) => /internal error|\.ts:\d/.test(body))).toEqual([]);
  expect(answers.filter(({ status }) => status < 300).length).toBeGreaterThan(all.length / 2);

  await world.reset();
  const containers = await connectEngine(engine.endpoint).listContainers({ all: true });
  expect(containers.map(({ Names, State }) => `${Names[0]} ${State}`).sort()).toEqual([
    '/db_22_8_commit-of-multi running',
    '/main_11_7_commit-of-single running',
    '/web_21_8_commit-of-multi running',
  ]);
  expect(await (await world.send({ method: 'GET', path: '/v3/plan', key })).json()).toMatchObject({
    operations: [],
    blocked: [],
  });
  expect(await (await world.send({ method: 'GET', path: '/v3/locks', key })).json()).toEqual({
    status: 'success',
    locks: [],
  });
  await expect(stat(`/tmp/balena-supervisor/services/${MULTI.id}/web/updates.lock`)).rejects.toThrow(/ENOENT/);
});
