import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { observeContainers, type ObservedContainer } from '../engine/observe-containers.ts';
import type { SupervisorLostError } from '../errors.ts';
import type { Project } from '@device-supervisor/compose-project';
import { isApiError, type SupervisorClient } from '../supervisor/supervisor-client.ts';
import { CrashMemory } from '../view/crash-memory.ts';
import { derivePhases } from '../view/derive-phases.ts';
import { outcomeOf, type Phase } from '../view/phase.ts';
import type { LogHub } from './log-hub.ts';
import type { OperationFeed } from './operation-feed.ts';

/** The parts of a running session that a watcher reads. */
export interface Watched {
  readonly engine: Docker;
  readonly client: SupervisorClient;
  /** The error of a supervisor that has ended; `null`: it has not, or nothing of it is known here. */
  endOfSupervisor(): Promise<SupervisorLostError | null>;
  readonly logs: LogHub;
  readonly operations: OperationFeed;
}

/** How the services are at one moment. */
export interface Look {
  readonly phases: ReadonlyMap<string, Phase>;
  readonly containers: ReadonlyMap<string, ObservedContainer>;
  /** The target is reached, or nothing was done for a while, no service changes, and something keeps one from it. */
  readonly settled: boolean;
}

export interface WatchOptions {
  readonly project: Pick<Project, 'services'>;
  readonly notBuilt: ReadonlyMap<string, string>;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly signal: AbortSignal;
}

/** The supervisor is quiet when it ended no operation for so long, in milliseconds. */
const QUIET_AFTER = 1500;
/** Looks in a row that may fail while supervisor or engine are busy. */
const FAILED_LOOKS = 20;

/**
 * Looks at the services repeatedly, until the reader stops or the signal is aborted.
 *
 * @throws SupervisorLostError when the supervisor has ended
 */
export async function* watchServices(watched: Watched, options: WatchOptions): AsyncGenerator<Look> {
  const crashes = new CrashMemory();
  for (let failures = 0; ;) {
    options.signal.throwIfAborted();
    try {
      yield await look(watched, options, crashes);
      failures = 0;
    } catch (error) {
      failures += 1;
      const end = await watched.endOfSupervisor();
      if (end !== null) throw end;
      if (failures > FAILED_LOOKS || !isApiError(error)) throw error;
    }
    await delay(options.interval, undefined, { signal: options.signal });
  }
}

async function look(
  { engine, client, operations }: Watched,
  { project, notBuilt }: WatchOptions,
  crashes: CrashMemory,
): Promise<Look> {
  const [{ applying, services: statuses, blocked }, containers] = await Promise.all([
    client.status(),
    observeContainers(engine),
  ]);
  const isQuiet = performance.now() - operations.lastChange > QUIET_AFTER;
  const phases = derivePhases({
    services: project.services,
    notBuilt,
    applying,
    statuses,
    containers,
    crashing: crashes.observe(containers),
    blocked,
    failures: operations.failures,
    isQuiet,
  });
  const outcomes = [...phases.values()].map(outcomeOf);
  // A target that is not reached has a reason: as long as there is none, the supervisor has not begun.
  const hasReason = blocked.length > 0 || outcomes.includes('bad');
  const settled = !outcomes.includes('active') && (!applying || (isQuiet && hasReason));
  return { phases, containers, settled };
}
