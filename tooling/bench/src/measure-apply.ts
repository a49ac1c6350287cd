import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { formatPlan, plan } from '@device-supervisor/compose';
import {
  reachedSnapshot,
  testLease,
  testPlanInput,
  testTarget,
  type TestApp,
} from '@device-supervisor/compose/testing';
import { createEngine, type Engine } from '@device-supervisor/engine';
import { createInMemoryEngine } from '@device-supervisor/engine/testing';
import type { TargetState } from '@device-supervisor/state';
import { connectEngine, waitFor } from '@device-supervisor/testbed';
import { startBenchDevice } from './bench-device.ts';
import { median } from './median.ts';
import { createAndStart, operationsFor } from './straight-calls.ts';

/** Milliseconds of both, and ours divided by theirs; medians of several rounds that take turns. */
export interface Comparison {
  readonly ours: number;
  readonly straight: number;
  readonly ratio: number;
}

/** How many calls at once the straight way makes; the best of them counts. */
const AT_ONCE = [2, 4, 8] as const;
const IMAGE = 'bench:1';

/** From nothing to so many running services, their images being there. */
export async function measureFirstApply(endpoint: string, services: number, rounds: number): Promise<Comparison> {
  const target = testTarget(appOf(services));
  const ours: number[] = [];
  const straight = AT_ONCE.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, atOnce] of AT_ONCE.entries()) {
      await using engine = createEngine({ endpoint });
      const operations = await operationsFor(engine, target);
      straight[index]?.push(await timeOf(() => createAndStart(engine, operations, atOnce)));
      await clear(endpoint);
    }
    ours.push(await timeOfFirstApply(endpoint, target));
    await clear(endpoint);
  }
  return compare(median(ours), Math.min(...straight.map(median)));
}

/** The device is gone when this resolves, so that it brings nothing back that is cleared away. */
async function timeOfFirstApply(endpoint: string, target: TargetState): Promise<number> {
  await using engine = createEngine({ endpoint });
  await using device = await startBenchDevice(engine);
  await device.apply(testTarget());
  return await timeOf(() => device.apply(target));
}

/** One service of so many gets another environment. */
export async function measureChange(endpoint: string, services: number, rounds: number): Promise<Comparison> {
  const comparison = await compareChanges(endpoint, services, rounds);
  await clear(endpoint);
  return comparison;
}

async function compareChanges(endpoint: string, services: number, rounds: number): Promise<Comparison> {
  await using engine = createEngine({ endpoint });
  const ours: number[] = [];
  const straight: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const target = testTarget(appOf(services, { s0: { ROUND: `ours ${round}` } }));
    ours.push(await timeOfChange(engine, testTarget(appOf(services)), target));
    straight.push(await timeOf(await prepareReplacement(engine, target, `straight ${round}`)));
  }
  return compare(median(ours), median(straight));
}

/** The device is gone when this resolves, so that it does not put right what is done behind its back. */
async function timeOfChange(engine: Engine, from: TargetState, to: TargetState): Promise<number> {
  await using device = await startBenchDevice(engine);
  await device.apply(from);
  return await timeOf(() => device.apply(to));
}

/** The calls that replace the first service's container by an equal one; the plan is made before. */
async function prepareReplacement(engine: Engine, target: TargetState, round: string): Promise<() => Promise<void>> {
  const [app] = Object.values(target.apps);
  const services = Object.keys(app?.release?.services ?? {});
  const changed = testTarget(appOf(services.length, { s0: { ROUND: round } }));
  const operations = await operationsFor(engine, changed);
  const lease = testLease(1, services);
  return async () => {
    for (const operation of operations) {
      if (operation.service !== 's0') continue;
      if (operation.kind === 'stop-container') await engine.stopContainer(operation.containerId, lease, 10);
      if (operation.kind === 'remove-container') await engine.removeContainer(operation.containerId, lease);
      if (operation.kind === 'create-container') await engine.createContainer(operation);
      if (operation.kind === 'start-container') await engine.startContainer(operation.container);
    }
  };
}

export interface NoChangeFigures {
  readonly writes: number;
  readonly reads: number;
  /** Milliseconds of processor time of this process. */
  readonly cpu: number;
}

/** The same target once more. */
export async function measureNoChange(endpoint: string, services: number, rounds: number): Promise<NoChangeFigures> {
  const figures = await applyAgain(endpoint, services, rounds);
  await clear(endpoint);
  return figures;
}

async function applyAgain(endpoint: string, services: number, rounds: number): Promise<NoChangeFigures> {
  await using engine = createEngine({ endpoint });
  await using device = await startBenchDevice(engine);
  const target = testTarget(appOf(services));
  await device.apply(target);
  await device.apply(structuredClone(target));
  const figures: NoChangeFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    using requests = countRequests();
    const before = process.cpuUsage();
    await device.apply(structuredClone(target));
    const { user, system } = process.cpuUsage(before);
    figures.push({ ...requests.counts(), cpu: (user + system) / 1000 });
  }
  return {
    writes: Math.max(...figures.map(({ writes }) => writes)),
    reads: Math.max(...figures.map(({ reads }) => reads)),
    cpu: median(figures.map(({ cpu }) => cpu)),
  };
}

/** Our own processor time, in milliseconds, to bring so many services up on an engine that takes no time itself. */
export async function measureOwnWork(services: number, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    await using device = await startBenchDevice(createInMemoryEngine({ images: { [IMAGE]: {} } }));
    const before = process.cpuUsage();
    await device.apply(testTarget(appOf(services)));
    const { user, system } = process.cpuUsage(before);
    // The first one pays for what the compiler has not seen yet.
    if (round > 0) times.push((user + system) / 1000);
  }
  return median(times);
}

/** Milliseconds for a plan that replaces every tenth of 200 services in ten apps. */
export function measurePlanning(rounds: number): number {
  const apps = (changed: boolean): TestApp[] =>
    Array.from({ length: 10 }, (_, index) => ({
      id: index + 1,
      ...appOf(20, changed ? { s0: { A: '2' }, s10: { A: '2' } } : {}),
    }));
  const snapshot = reachedSnapshot(testTarget(...apps(false)));
  const input = testPlanInput(testTarget(...apps(true)), snapshot);
  if (!formatPlan(plan(input)).includes('create-container s10')) throw new Error('the plan replaces nothing');
  const times = Array.from({ length: rounds }, () => {
    const before = performance.now();
    plan(input);
    return performance.now() - before;
  });
  return median(times);
}

function appOf(services: number, environments: Readonly<Record<string, Record<string, string>>> = {}): TestApp {
  const names = Array.from({ length: services }, (_, index) => `s${index}`);
  return {
    services: Object.fromEntries(
      names.map((name) => [name, { image: IMAGE, environment: environments[name] ?? {}, composition: {} }]),
    ),
  };
}

async function clear(endpoint: string): Promise<void> {
  const docker = connectEngine(endpoint);
  const containers = await docker.listContainers({ all: true });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  // An engine lets go of a container's network a moment after the container.
  await waitFor(
    'an engine without networks of ours',
    async () => {
      await docker.pruneNetworks();
      return await docker.listNetworks({ filters: { type: ['custom'] } });
    },
    { until: (networks) => networks.length === 0 },
  );
}

/** Counts the requests of this process to the engine, except for those that stay open for events. */
function countRequests(): Disposable & { counts(): { readonly writes: number; readonly reads: number } } {
  let [writes, reads] = [0, 0];
  const onRequest = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return;
    const { request } = message;
    if (typeof request !== 'object' || request === null || !('method' in request)) return;
    if (request.method === 'GET') reads++;
    else writes++;
  };
  subscribe('http.client.request.start', onRequest);
  return {
    counts: () => ({ writes, reads }),
    [Symbol.dispose]: () => void unsubscribe('http.client.request.start', onRequest),
  };
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

function compare(ours: number, straight: number): Comparison {
  return { ours, straight, ratio: ours / straight };
}
