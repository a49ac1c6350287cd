import type { ObservedContainer } from '../engine/observe-containers.ts';
import type { ServiceStatus } from '../supervisor/supervisor-client.ts';
import { outcomeOf, type Phase } from './phase.ts';
import { NO_EVENTS, type ServiceEvents } from './service-events.ts';

/** Everything that determines the phases of a project's services at one moment. */
export interface Sources {
  readonly services: readonly WatchedService[];
  /** Services whose images could not be built, with the reason. */
  readonly notBuilt: ReadonlyMap<string, string>;
  /** The supervisor is not at its target. */
  readonly applying: boolean;
  readonly statuses: ReadonlyMap<string, ServiceStatus>;
  readonly containers: ReadonlyMap<string, ObservedContainer>;
  /** Exit codes of services that crash, though their containers may run at this moment. */
  readonly crashing: ReadonlyMap<string, number>;
  readonly events: ReadonlyMap<string, ServiceEvents>;
}

export interface WatchedService {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** `null`: its image is not built here, but downloaded. */
  readonly build: object | null;
}

/** Attempts before an operation counts as failed; the supervisor keeps retrying. */
const ATTEMPTS = 3;

/** Derives the phase of each service. */
export function derivePhases(sources: Sources): ReadonlyMap<string, Phase> {
  const phases = new Map<string, Phase>();
  for (const service of sources.services) phases.set(service.name, phaseOf(service, sources));
  return settleWaiting(phases, sources.services);
}

function phaseOf({ name, build }: WatchedService, sources: Sources): Phase {
  const { failure, block } = sources.events.get(name) ?? NO_EVENTS;
  const notBuilt = sources.notBuilt.get(name);
  if (notBuilt !== undefined) return { kind: 'failed', reason: notBuilt };
  if (failure !== null) {
    const { reason, attempts, retries } = failure;
    return retries && attempts < ATTEMPTS ? { kind: 'retrying', reason } : { kind: 'failed', reason };
  }
  // Even if the service's previous container still runs.
  if (block !== null && !block.passes) return { kind: 'blocked', reason: block.reason };
  if (block?.handOver === true && sources.applying) return { kind: 'waiting', reason: block.reason };
  const status = sources.statuses.get(name);
  // An image that was built a moment ago may not be known yet.
  if (status?.status === 'Downloading' && build === null)
    return { kind: 'downloading', percent: status.downloadProgress };
  if (status?.status === 'Installing') return { kind: 'installing' };
  if (status?.status === 'Stopping') return { kind: 'stopping' };
  const container = sources.containers.get(name);
  const waiting: Phase | null = block === null ? null : waitingPhase(block.reason, sources);
  return container === undefined ? (waiting ?? absentPhase(sources)) : containerPhase(container, { waiting, sources });
}

/** A service that still waits when the supervisor is done is blocked. */
function waitingPhase(reason: string, { applying }: Sources): Phase {
  return applying ? { kind: 'waiting', reason } : { kind: 'blocked', reason };
}

function absentPhase({ applying }: Sources): Phase {
  return applying ? { kind: 'waiting', reason: null } : { kind: 'failed', reason: 'it has no container' };
}

function containerPhase(
  { service, state, steady, health, exitCode }: ObservedContainer,
  { waiting, sources }: { waiting: Phase | null; sources: Sources },
): Phase {
  const crash = sources.crashing.get(service);
  switch (state) {
    case 'running':
      switch (health) {
        case 'healthy':
        case 'unhealthy':
          return { kind: health };
        case 'starting':
          return { kind: 'checking' };
        case 'none':
          if (crash !== undefined) return crashPhase(crash);
          return steady ? { kind: 'running' } : { kind: 'starting' };
      }
    case 'restarting':
      return crashPhase(exitCode ?? 0);
    case 'exited':
      if (waiting !== null) return waiting;
      if (exitCode === 0) return { kind: 'completed' };
      return { kind: 'failed', reason: `it ended with exit code ${exitCode ?? 'unknown'}` };
    case 'paused':
      return { kind: 'blocked', reason: 'its container is paused' };
    case 'dead':
      return { kind: 'failed', reason: 'the engine could not remove its container' };
    case 'removing':
      return { kind: 'stopping' };
    default:
      // Created: it is started next, or once others are as far as it needs them.
      return (
        waiting ??
        (sources.statuses.get(service)?.status === 'Starting'
          ? { kind: 'starting' }
          : { kind: 'waiting', reason: null })
      );
  }
}

function crashPhase(exitCode: number): Phase {
  return { kind: 'failed', reason: `it ends with exit code ${exitCode} again and again; see its log` };
}

/** A service that waits for one that does not come up has settled, too. */
function settleWaiting(phases: Map<string, Phase>, services: Sources['services']): ReadonlyMap<string, Phase> {
  for (let changed = true; changed;) {
    changed = false;
    for (const { name, dependencies } of services) {
      const phase = phases.get(name);
      if (phase?.kind !== 'waiting') continue;
      const culprit = dependencies.find((other) => {
        const state = phases.get(other);
        return state !== undefined && outcomeOf(state) === 'bad';
      });
      if (culprit === undefined) continue;
      phases.set(name, { kind: 'blocked', reason: phase.reason ?? `waits for ${culprit}` });
      changed = true;
    }
  }
  return phases;
}
