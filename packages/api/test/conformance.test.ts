import { busyboxImage, startTestEngine, type TestEngine } from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answersAs } from './conformance/answers-as.ts';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';
import { conformanceRows } from './conformance/table.ts';
import { worldTarget } from './conformance/world.ts';
import { createTestApi } from '../src/testing/test-api.ts';

const IMAGE = 'conformance:1';

let engine: TestEngine;
let world: RealWorld;

beforeAll(async () => {
  engine = await startTestEngine();
  // Ends at once when it is asked to, so that no test waits for an engine's patience.
  await busyboxImage(engine.endpoint, { tag: IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: worldTarget(IMAGE) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

afterEach(async () => {
  await world.reset();
  expect(world.faults.splice(0)).toEqual([]);
});

const { routes } = createTestApi().api;
const table = conformanceRows(routes, IMAGE);

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (name, route) => {
  it.each((table.get(name) ?? []).map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    expect(await answersAs(world, route, row)).toBe(true);
  });
});
