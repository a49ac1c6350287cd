import { readdir, readFile } from 'node:fs/promises';
import {
  connectEngine,
  startFaultyEngine,
  startSupervisor,
  waitFor,
  type EngineFault,
  type FaultyEngine,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
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

/** Memory, descriptors and threads of a process. */
export interface Holdings {
  /** Bytes. */
  readonly resident: number;
  readonly descriptors: number;
  readonly threads: number;
}

export interface SoakFigures {
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
  await using supervisor = await startSupervisor({
    engineEndpoint: faulty.endpoint,
    ...(command === undefined ? {} : { command }),
  });
  let settled = await holdingsOf(supervisor.pid);
  let spoiled = 0;
  for (let change = 1; change <= changes; change++) {
    const target = { [SOAK_APP]: randomApp(random, change) };
    spoiled += await applyWithFault({ supervisor, faulty, random, target });
    if (random.chance(0.1)) await killContainer(endpoint, random);
    if (change === settleAt) settled = await holdingsOf(supervisor.pid);
    onProgress?.(change);
  }
  await supervisor.apply({ [SOAK_APP]: { ...randomApp(random, 0), services: {}, volumes: {}, networks: {} } });
  await supervisor.post('/v1/purge', { appId: SOAK_APP });
  await supervisor.apply({});
  const leftovers = await waitFor('nothing to be left', () => leftoversOf(endpoint), {
    until: (left) => left.every((one) => one.startsWith('volume ')),
  });
  return { settled, last: await holdingsOf(supervisor.pid), spoiled, leftovers };
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

async function holdingsOf(pid: number): Promise<Holdings> {
  const [status, descriptors] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const value = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { resident: value('VmRSS') * 1024, descriptors: descriptors.length, threads: value('Threads') };
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
