import { randomBytes } from 'node:crypto';
import {
  limitMemory,
  startAppFixture,
  startSupervisor,
  type AppFixture,
  type FixtureService,
  type MemoryLimit,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALLOCATOR, PROGRAM } from '../src/image-definition.ts';

const APP = 90_061;
const MEGABYTE = 1024 * 1024;
const LIMIT = 100 * MEGABYTE;
/** Of the test itself: temporary files lie in memory, the database twice while it is written. */
const TEMPORARY = 10 * MEGABYTE;

let fixture: AppFixture;
let memory: MemoryLimit;
let supervisor: SupervisorProcess;
beforeEach(async () => {
  fixture = await startAppFixture(APP);
});
afterEach(async () => {
  await supervisor.apply({});
  await supervisor[Symbol.asyncDispose]();
  await memory[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

// Services that run are looked at after each step of an update, with all of their variables.
it.each([
  ['cannot be pulled', '127.0.0.1:1/missing:1'],
  ['run', 'app:1'],
])('a process of 100 MB survives targets of 10 MB whose services %s', async (_, image) => {
  memory = await limitMemory(LIMIT + TEMPORARY);
  supervisor = await startSupervisor({
    engineEndpoint: fixture.engine.endpoint,
    memory,
    nodeArguments: PROGRAM.slice(1, -1),
    environment: ALLOCATOR,
  });
  const post = async (commit: string): Promise<number> =>
    (await supervisor.post('/v2/local/target-state', largeTarget(image, commit))).status;
  expect(await post('c1')).toBe(200);
  const statuses = [await post('c2'), await post('c3')];
  statuses.push(...(await Promise.all(['d1', 'd2', 'd3', 'd4', 'd5'].map(post))));
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  expect((await fetch(supervisor.url('/ping'))).status).toBe(200);
});

/** 9.5 MB that do not compress well. */
function largeTarget(image: string, commit: string): string {
  const environment = (): Record<string, string> =>
    Object.fromEntries(['A', 'B', 'C'].map((name) => [name, randomBytes(53_000).toString('hex')]));
  const services: Record<string, FixtureService> = {};
  for (let index = 0; index < 30; index++) services[`s${index}`] = { image, environment: environment() };
  return JSON.stringify({ local: { apps: fixture.target(services, { commit }) } });
}
