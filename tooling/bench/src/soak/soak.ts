import { readdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  connectEngine,
  startFaultyEngine,
  startSupervisor,
  waitFor,
  type EngineFault,
  type FaultyEngine,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { openActiveResources, type ActiveResources } from './active-resources.ts';
import { excessOf, holdingsOf, type Holdings } from './holdings.ts';
import { createRandom, type Random } from './random.ts';
import { randomApp, SOAK_APP } from './random-app.ts';

export interface SoakOptions {
  readonly endpoint: string;
  readonly changes: number;
  /** After so many changes what a process takes is compared with what it takes in the end. */
  readonly settleAt: number;
  readonly seed: number;
  /** Program and arguments of the supervisor. Default: the bundle. */
  readonly command?: readonly [string, ...string[]];
  readonly onProgress?: (done: number) => void;
}

export interface SoakFigures {
  /** At rest with an empty target, as `last`. */
  readonly settled: Holdings;
  readonly last: Holdings;
  /** Requests to the engine that a fault spoiled. */
  readonly spoiled: number;
  /** Containers, networks, volumes and locks of the app that are left when it is gone from the target. */
  readonly leftovers: readonly string[];
}

/** Failures of an engine on a device. */
const FAULTS: readonly EngineFault[] = [
  { kind: 'refuse', status: 500, message: 'an error of the soak' },
  { kind: 'refuse-afterwards', status: 500, message: 'an error of the soak' },
  { kind: 'reset' },
  { kind: 'lose-answer' },
  { kind: 'break-off' },
  { kind: 'delay', milliseconds: 300 },
];

/** Changes the target of one supervisor repeatedly while its engine fails at random; each change is waited for. */
export async function soak({
  endpoint,
  changes,
  settleAt,
  seed,
  command,
  onProgress,
}: SoakOptions): Promise<SoakFigures> {
  const random = createRandom(seed);
  await using faulty = await startFaultyEngine(endpoint);
  await using resources = await openActiveResources();
  await using supervisor = await startSupervisor({
    engineEndpoint: faulty.endpoint,
    environment: resources.environment,
    ...(command === undefined ? {} : { command }),
  });
  const parts = { supervisor, faulty, resources };
  let settled = await measureAtRest(parts);
  let spoiled = 0;
  for (let change = 1; change <= changes; change++) {
    const target = { [SOAK_APP]: randomApp(random, change) };
    spoiled += await applyWithFault({ supervisor, faulty, random, target });
    if (random.chance(0.1)) await killContainer(endpoint, random);
    if (change === settleAt) settled = await measureAtRest(parts);
    onProgress?.(change);
  }
  await supervisor.apply({ [SOAK_APP]: { ...randomApp(random, 0), services: {}, volumes: {}, networks: {} } });
  await supervisor.post('/v1/purge', { appId: SOAK_APP });
  // By itself first: inside of the next wait, one that comes to nothing would not be named.
  await measureAtRest(parts);
  // A timer or a connection may take a moment to end; the wait fails, and names a kind that does not.
  const last = await waitFor('the process to hold no more than before', () => measureAtRest(parts), {
    until: (holdings) => excessOf(settled, holdings).length === 0,
  });
  const leftovers = await waitFor('nothing to be left', () => leftoversOf(endpoint), {
    until: (left) => left.every((one) => one.startsWith('volume ')),
  });
  return { settled, last, spoiled, leftovers };
}

interface Parts {
  readonly supervisor: SupervisorProcess;
  readonly faulty: FaultyEngine;
  readonly resources: ActiveResources;
}

/** The only request to the engine that stays open. */
const AT_REST = ['GET /events'];

/**
 * Measures the process with an empty target. How many connections to the engine stay open for later requests depends on
 * how many requests there were at once, so that they are closed before.
 */
async function measureAtRest({ supervisor, faulty, resources }: Parts): Promise<Holdings> {
  await supervisor.apply({});
  await waitFor('the requests to the engine to end', () => faulty.openRequests(), {
    until: (open) => isDeepStrictEqual(open, AT_REST),
  });
  await faulty.closeIdleConnections();
  const { pid, directory: folder } = supervisor;
  return await holdingsOf({ pid, folder, resources: await resources.read(pid) });
}

interface Step {
  readonly supervisor: SupervisorProcess;
  readonly faulty: FaultyEngine;
  readonly random: Random;
  readonly target: object;
}

/** @returns how many requests were spoiled */
async function applyWithFault({ supervisor, faulty, random, target }: Step): Promise<number> {
  if (!random.chance(0.3)) {
    await supervisor.apply(target);
    return 0;
  }
  let left = random.below(4) + 1;
  using injected = faulty.inject(({ method, path }) => {
    // Streams of events and logs have faults of their own.
    if (path === '/events' || path.endsWith('/logs') || (method === 'GET' && random.chance(0.8))) return false;
    return left-- > 0;
  }, random.oneOf(FAULTS));
  await supervisor.apply(target);
  return injected.count;
}

/** As a crash of the app does. */
async function killContainer(endpoint: string, random: Random): Promise<void> {
  const list = await connectEngine(endpoint).listContainers();
  if (list.length === 0) return;
  const { Id } = random.oneOf(list);
  // It may have ended by itself.
  await Promise.allSettled([connectEngine(endpoint).getContainer(Id).kill()]);
}

async function leftoversOf(endpoint: string): Promise<string[]> {
  const engine = connectEngine(endpoint);
  const filters = { label: ['io.balena.supervised'] };
  const [containers, networks, volumes, locks] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
    readdir(`/tmp/balena-supervisor/services/${SOAK_APP}`, { recursive: true }).catch(() => []),
  ]);
  return [
    ...containers.map(({ Id }) => `container ${Id}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...volumes.Volumes.map(({ Name }) => `volume ${Name}`),
    ...locks.filter((path) => path.endsWith('.lock')).map((path) => `lock ${path}`),
  ];
}
