import type { ObservedContainer } from '../observed.ts';
import type { Dependency } from '../spec/dependencies.ts';
import { LABELS } from '../spec/names.ts';
import { isPredecessorName, serviceContainers } from './hand-over.ts';
import type { IndexedInput } from './indexed-input.ts';
import { REQUESTED, isStopped, type BlockCause, type ServiceDecision } from './services.ts';

/** Whether a service's container is started. */
export type StartDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'start'; readonly cause: string }
  | { readonly kind: 'blocked'; readonly blocked: BlockCause };

const NONE: StartDecision = { kind: 'none' };

interface StartContext {
  readonly input: IndexedInput;
  /** By name. */
  readonly services: ReadonlyMap<string, ServiceDecision>;
  /** Of the services before. */
  readonly starts: ReadonlyMap<string, StartDecision>;
}

/** Decides which services of an app start now. By service; they come in order of their dependencies. */
export function decideStarts(
  services: ReadonlyMap<string, ServiceDecision>,
  input: IndexedInput,
): ReadonlyMap<string, StartDecision> {
  const starts = new Map<string, StartDecision>();
  for (const [name, decision] of services) starts.set(name, decideStart(decision, { input, services, starts }));
  return starts;
}

function decideStart(decision: ServiceDecision, context: StartContext): StartDecision {
  const { spec, current, action, running } = decision;
  if (action.kind === 'hold' || !running) return NONE;
  if (action.kind !== 'keep' && !createsContainer(decision)) return NONE;
  const cause = action.kind === 'keep' ? (action.restart ?? keepCause(current, context)) : action.cause;
  if (cause === null) return NONE;
  if (waitsForReboot(decision, context)) {
    return { kind: 'blocked', blocked: { reason: 'reboot', message: 'it starts after the device was rebooted' } };
  }
  for (const dependency of spec.dependencies) {
    const message = unmetDependency(dependency, context);
    if (message !== null) {
      return { kind: 'blocked', blocked: { reason: 'dependency', message: `depends_on: ${message}` } };
    }
  }
  return { kind: 'start', cause };
}

/** Whether a new container is created for the service in this plan. */
export function createsContainer({ action, config, current }: ServiceDecision): boolean {
  if (action.kind === 'create') return config !== null;
  // The old container gets its name back first; the next plan begins the hand-over again.
  const isCutShort =
    action.kind === 'replace' && action.order === 'hand-over' && isPredecessorName(current?.name ?? '');
  return action.kind === 'replace' && config !== null && !isCutShort;
}

/** How the old containers of an app make way for new ones. */
interface ReplacementContext {
  /** By service. */
  readonly starts: ReadonlyMap<string, StartDecision>;
  /** Names of the networks that are replaced. */
  readonly replacedNetworks: ReadonlySet<string>;
}

/** Whether the new container is created while the old one runs. */
export function isCreatedFirst(decision: ServiceDecision, context: ReplacementContext): boolean {
  const { action, current, config } = decision;
  if (action.kind !== 'replace' || action.removeFirst || action.order === 'hand-over') return false;
  return current !== null && config !== null && !keepsOldContainer(decision, context);
}

/**
 * Whether a service continues with its old container, because the new one cannot start yet. A replaced network does not wait:
 * other services need it.
 */
export function keepsOldContainer(
  { spec, current, action }: ServiceDecision,
  { starts, replacedNetworks }: ReplacementContext,
): boolean {
  if (current === null || action.kind !== 'replace' || action.removeFirst || isStopped(current)) return false;
  const start = starts.get(spec.service.name);
  if (start?.kind !== 'blocked' || start.blocked.reason === 'reboot') return false;
  return !Object.keys(current.config.networks).some((name) => replacedNetworks.has(name));
}

/** The end of a replacement that a cancel interrupted, without a new container. */
export type CutShort =
  /** The new container was created, and never started: the old one, which we stopped for it, runs again. */
  | { readonly kind: 'start-old'; readonly container: ObservedContainer }
  /** The new container runs: the old one is removed. */
  | { readonly kind: 'remove-old'; readonly container: ObservedContainer };

/** The unfinished replacement of one service whose update was cancelled. */
export function cutShortReplacement(
  { spec, running }: Pick<ServiceDecision, 'spec' | 'running'>,
  containers: readonly ObservedContainer[],
): CutShort[] {
  const { current, predecessor } = serviceContainers(containers, spec);
  if (current === null) return [];
  if (current.startedAt !== null) {
    const old = containers.filter((one) => one !== current && isStopped(one));
    return isStopped(current) ? [] : old.map((container) => ({ kind: 'remove-old', container }));
  }
  const isOurDoing = predecessor?.status === 'exited' && predecessor.stoppedByUs === true;
  return running && isOurDoing ? [{ kind: 'start-old', container: predecessor }] : [];
}

function keepCause(current: ObservedContainer | null, { input }: StartContext): string | null {
  if (current === null) return null;
  const { requests, seenRunning } = input.policy;
  const asked = requests.containers.get(current.id) === 'start' && current.status === 'exited';
  return startCause(current, seenRunning) ?? (asked ? REQUESTED : null);
}

function waitsForReboot({ spec, current, action }: ServiceDecision, { input }: StartContext): boolean {
  const { bootId } = input;
  if (!spec.updatePolicy.requiresReboot || bootId === null) return false;
  if (action.kind === 'replace') return action.order !== 'requested';
  if (action.kind === 'create') return true;
  return current?.startedAt === null && current.config.labels[LABELS.bootId] === bootId;
}

/** The unmet condition of a dependency; `null`: it is ready, or starts before. */
function unmetDependency(dependency: Dependency, { services, starts }: StartContext): string | null {
  const other = services.get(dependency.service);
  if (other === undefined) return null;
  const isStarted = starts.get(dependency.service)?.kind === 'start';
  if (dependency.condition === 'service_started' && isStarted) return null;
  const stays = other.action.kind === 'keep' || other.action.kind === 'hold';
  return unmetCondition(dependency, stays ? other.current : null);
}

/** The engine's message where no interface had the host address of a published port. */
const ADDRESS_NOT_THERE = /cannot assign requested address/i;

/** Why a container that is right must be started; `null`: it need not. */
function startCause(container: ObservedContainer, seenRunning: ReadonlySet<string>): string | null {
  switch (container.status) {
    case 'created':
      return ADDRESS_NOT_THERE.test(container.error) ? 'its host address was not there' : 'was never started';
    case 'exited':
      if (ADDRESS_NOT_THERE.test(container.error)) return 'its host address was not there';
      return wasStoppedUnseen(container, seenRunning) ? 'was found stopped' : null;
    case 'running':
    case 'paused':
    case 'restarting':
    case 'removing':
    case 'dead':
      return null;
  }
}

/**
 * Once a container ran, the engine restarts it as its policy says. If it did not although the policy says so, someone
 * stopped the container: on purpose if we observed it and did not do it ourselves, else an interruption left it behind.
 */
function wasStoppedUnseen(container: ObservedContainer, seenRunning: ReadonlySet<string>): boolean {
  const isMeant = seenRunning.has(container.id) && container.stoppedByUs !== true;
  return isRestartedByEngine(container) && !isMeant;
}

function isRestartedByEngine({ config: { restart }, exitCode, restartCount }: ObservedContainer): boolean {
  switch (restart.name) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (restart.maximumRetryCount === 0 || restartCount < restart.maximumRetryCount);
    case 'no':
      return false;
  }
}

/** The unmet condition of a dependency; `null`: it is met. */
function unmetCondition({ service, condition }: Dependency, container: ObservedContainer | null): string | null {
  if (container === null) return `waits for ${service} to be created`;
  switch (condition) {
    case 'service_started':
      return container.startedAt === null ? `waits for ${service} to start` : null;
    case 'service_healthy':
      if (container.health === 'none' && container.status === 'running') {
        return `waits for ${service} to be healthy, but ${service} has no health check`;
      }
      return container.health === 'healthy' ? null : `waits for ${service} to be healthy`;
    case 'service_completed_successfully':
      if (container.status === 'exited' && container.exitCode !== 0) {
        return `waits for ${service} to complete, but it failed with exit code ${container.exitCode}`;
      }
      return container.status === 'exited' ? null : `waits for ${service} to complete`;
  }
}
