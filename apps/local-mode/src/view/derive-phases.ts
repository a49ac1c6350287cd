import type { ObservedContainer } from '../engine/observe-containers.ts';
import type { ServiceStatus } from '../supervisor/supervisor-client.ts';
import { outcomeOf, type Phase } from './phase.ts';
import { hindrancesOf, type Hindrance, type HindranceSources } from './service-blocks.ts';

/** The state of the services of a project at one moment. */
export interface Sources extends HindranceSources {
  readonly services: readonly WatchedService[];
  /** Services whose images could not be built, with the reason. */
  readonly notBuilt: ReadonlyMap<string, string>;
  /** The supervisor has not reached its target. */
  readonly applying: boolean;
  /** The supervisor has ended no operation for a while. */
  readonly isQuiet: boolean;
  readonly statuses: ReadonlyMap<string, ServiceStatus>;
  readonly containers: ReadonlyMap<string, ObservedContainer>;
  /** Exit codes of services that crash, though their containers may run at this moment. */
  readonly crashing: ReadonlyMap<string, number>;
}

export interface WatchedService {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** `null`: its image is not built here, but downloaded. */
  readonly build: object | null;
}

/** Puts together how each service is doing. */
export function derivePhases(sources: Sources): ReadonlyMap<string, Phase> {
  const phases = new Map<string, Phase>();
  for (const service of sources.services) phases.set(service.name, phaseOf(service, sources));
  settleWaiting(phases, sources);
  settleUnbegun(phases, sources);
  return phases;
}

function phaseOf({ name, build }: WatchedService, sources: Sources): Phase {
  const notBuilt = sources.notBuilt.get(name);
  if (notBuilt !== undefined) return { kind: 'failed', reason: notBuilt };
  const [hindrance] = hindrancesOf(name, sources);
  const isUp = isRunning(sources.containers.get(name));
  switch (hindrance?.kind) {
    case 'failed':
      return { kind: 'failed', reason: hindrance.reason };
    case 'retried':
      return { kind: 'retrying', reason: hindrance.reason };
    // The container of the old version may run on.
    case 'stands':
      return { kind: 'blocked', reason: hindrance.reason };
    case 'depends':
    case 'waits':
      // The new container of a hand-over runs, but the update has not ended.
      if (isUp && sources.applying) return { kind: 'waiting', reason: hindrance.reason };
      break;
    case undefined:
      break;
  }
  const status = sources.statuses.get(name);
  // The supervisor does not know a freshly built image yet.
  if (status?.status === 'Downloading' && build === null)
    return { kind: 'downloading', percent: status.downloadProgress };
  if (status?.status === 'Installing') return { kind: 'installing' };
  if (status?.status === 'Stopping') return { kind: 'stopping' };
  const container = sources.containers.get(name);
  const waiting = hindrance === undefined ? null : waitingPhase(hindrance, sources);
  return container === undefined ? (waiting ?? absentPhase(sources)) : containerPhase(container, { waiting, sources });
}

function isRunning(container: ObservedContainer | undefined): boolean {
  return container?.state === 'running';
}

/** Once nothing is applied any more, nothing ends the wait. */
function waitingPhase({ reason }: Hindrance, { applying }: Sources): Phase {
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

/**
 * A service has settled too when its wait cannot end: it waits for a service that does not come up or, while the supervisor
 * is quiet, for services that no longer change, or for an object that this project does not make.
 */
function settleWaiting(phases: Map<string, Phase>, sources: Sources): void {
  for (let changed = true; changed;) {
    changed = false;
    for (const { name, dependencies } of sources.services) {
      const phase = phases.get(name);
      if (phase?.kind !== 'waiting') continue;
      const others = dependencies.flatMap((other) => phases.get(other) ?? []).map(outcomeOf);
      const culprit = dependencies[others.indexOf('bad')];
      const depends = hindrancesOf(name, sources)[0]?.kind === 'depends';
      const cannotEnd = sources.isQuiet && depends && !others.includes('active');
      if (culprit === undefined && !cannotEnd) continue;
      phases.set(name, { kind: 'blocked', reason: phase.reason ?? `waits for ${culprit ?? 'another service'}` });
      changed = true;
    }
  }
}

/**
 * A service that is not begun, and has no reason of its own, waits for an operation of another one: an update removes what
 * is old once all images are there. When that operation fails for good, the wait does not end by itself.
 */
function settleUnbegun(phases: Map<string, Phase>, sources: Sources): void {
  const active = [...phases].filter(([, phase]) => outcomeOf(phase) === 'active');
  const isUnbegun = ([, phase]: [string, Phase]): boolean => phase.kind === 'waiting' && phase.reason === null;
  if (!sources.isQuiet || !active.every(isUnbegun)) return;
  const culprit = sources.services.find(({ name }) => {
    const kind = hindrancesOf(name, sources)[0]?.kind;
    return kind === 'failed' || kind === 'stands';
  });
  if (culprit === undefined) return;
  for (const [name] of active) phases.set(name, { kind: 'blocked', reason: `waits for ${culprit.name}` });
}
