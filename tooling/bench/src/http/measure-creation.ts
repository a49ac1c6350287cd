import { testTarget } from '@device-supervisor/compose/testing';
import { createEngine } from '@device-supervisor/engine';
import {
  busyboxImage,
  connectEngine,
  startSupervisor,
  startTestEngine,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { createAndStart, operationsFor } from '../straight-calls.ts';
import { FIRST_APP, IMAGE, send, targetOf, type TargetSize } from './bench-target.ts';
import { followEngine, type ChangeTimes, type EngineClock } from './engine-clock.ts';
import { removeLockDirectories } from './lock-directories.ts';
import { mainThreadTime, whilePaused } from './supervisor-thread.ts';

/** Milliseconds. */
export interface CreationFigures extends ChangeTimes {
  /** Processor time of the supervisor's main thread until the engine's first event. */
  readonly ownUntilFirst: number;
  /** The same calls made straight, eight at once. */
  readonly straight: ChangeTimes;
  /** From a POST of the same target to its answer. */
  readonly again: number;
  /** Processor time of the supervisor's main thread for that. */
  readonly ownOfAgain: number;
}

const AT_ONCE = 8;
/** Targets that a supervisor has applied and planned before: Node.js compiles what runs often. */
const WARM_UPS = 5;

/**
 * Brings all services of a target up, which is sent over HTTP to the bundled supervisor. On an engine of its own: a busy
 * one of version 20.10 may keep a network in use for good after many containers were removed.
 */
export async function measureCreation(size: TargetSize): Promise<CreationFigures> {
  const target = { ...size, firstApp: FIRST_APP };
  await using engine = await startTestEngine();
  await busyboxImage(engine.endpoint, { tag: IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
  try {
    for (let time = 0; time < WARM_UPS; time++) {
      await supervisor.apply(targetOf({ ...target, apps: 1, services: 1 }));
      await supervisor.apply({});
      await supervisor.post('/v3/plan', { local: { apps: targetOf(target) } });
    }
    const straight = await whilePaused(supervisor, () => timeOfStraightCalls(engine.endpoint, size));
    await supervisor.apply({});
    await using events = await followEngine(engine.endpoint, size.apps * size.services);
    return { straight, ...(await timeOfTarget(supervisor, { apps: targetOf(target), events })) };
  } finally {
    await removeLockDirectories(target);
  }
}

async function timeOfTarget(
  supervisor: SupervisorProcess,
  { apps, events }: { readonly apps: object; readonly events: EngineClock },
): Promise<Omit<CreationFigures, 'straight'>> {
  const busyBefore = await mainThreadTime(supervisor);
  const began = Date.now();
  await send(supervisor, apps);
  await events.begun;
  const ownUntilFirst = (await mainThreadTime(supervisor)) - busyBefore;
  const times = await events.timesSince(began);
  await supervisor.applied();
  const busyBetween = await mainThreadTime(supervisor);
  const sentAgain = performance.now();
  await send(supervisor, apps);
  const again = performance.now() - sentAgain;
  const ownOfAgain = (await mainThreadTime(supervisor)) - busyBetween;
  return { ...times, ownUntilFirst, again, ownOfAgain };
}

async function timeOfStraightCalls(endpoint: string, { apps, services }: TargetSize): Promise<ChangeTimes> {
  await using engine = createEngine({ endpoint });
  const app = {
    services: Object.fromEntries(Array.from({ length: services }, (_, index) => [`s${index}`, { image: IMAGE }])),
  };
  const operations = await operationsFor(engine, testTarget(...Array.from({ length: apps }, () => app)));
  await using events = await followEngine(endpoint, apps * services);
  const began = Date.now();
  await createAndStart(engine, operations, AT_ONCE);
  const times = await events.timesSince(began);
  const docker = connectEngine(endpoint);
  for (const { Id } of await docker.listContainers({ all: true }))
    await docker.getContainer(Id).remove({ force: true });
  await docker.pruneNetworks();
  return times;
}
