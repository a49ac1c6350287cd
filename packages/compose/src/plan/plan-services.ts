import type { TargetApp } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer } from '../observed.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import type { ServiceDecision } from './decide-service.ts';
import type { PlanDraft } from './plan-draft.ts';
import { pullImageId } from './plan-images.ts';
import type { LockPlan } from './plan-locks.ts';
import { createNetworkId, removeContainerId, stopContainerId } from './plan-networks.ts';
import { createVolumeId } from './plan-volumes.ts';
import type { PlanContext } from './plan-input.ts';
import { startCause, unmetCondition } from './start-rules.ts';
import { isTightened, updateContainerId } from './update-in-place.ts';

export interface ServicesContext {
  readonly app: TargetApp;
  readonly input: PlanContext;
  readonly draft: PlanDraft;
  readonly locks: LockPlan;
  /** Containers of the app to be removed without another in their place. */
  readonly surplus: readonly ObservedContainer[];
}

/** Plans what becomes of an app's containers: first what has to go, then what comes. */
export function planServices(decisions: readonly ServiceDecision[], context: ServicesContext): void {
  const { draft, locks, surplus } = context;
  for (const container of surplus) {
    planContainerRemoval(container, { cause: surplusCause(container, decisions), locks, draft, stopAfter: [] });
  }
  for (const decision of decisions) planDeparture(decision, decisions, context);
  for (const decision of decisions) planArrival(decision, context);
  for (const decision of decisions) planUpdate(decision, context);
  for (const decision of decisions) planStart(decision, decisions, context);
}

/** Stops a container if it runs, and removes it. */
export function planContainerRemoval(
  container: ObservedContainer,
  {
    cause,
    locks,
    draft,
    stopAfter,
  }: { cause: string; locks: LockPlan; draft: PlanDraft; stopAfter: readonly string[] },
): void {
  const { identity, id } = container;
  if (identity === null) return;
  const stop = isStopped(container) ? null : planStop(container, { cause, locks, draft, stopAfter });
  const acquired = locks.acquire(`to replace or remove ${identity.serviceName}`);
  draft.add({
    kind: 'remove-container',
    id: removeContainerId(container),
    dependsOn: stop === null ? [acquired] : [stop],
    cause,
    appId: identity.appId,
    service: identity.serviceName,
    containerId: id,
  });
}

function planStop(
  container: ObservedContainer,
  {
    cause,
    locks,
    draft,
    stopAfter,
  }: { cause: string; locks: LockPlan; draft: PlanDraft; stopAfter: readonly string[] },
): string | null {
  const { identity, id, config } = container;
  if (identity === null) return null;
  const operation = {
    kind: 'stop-container',
    id: stopContainerId(container),
    dependsOn: [locks.acquire(`to stop ${identity.serviceName}`)],
    cause,
    appId: identity.appId,
    service: identity.serviceName,
    containerId: id,
    timeout: config.stopTimeout,
  } as const;
  return draft.add(operation, stopAfter);
}

function planDeparture(
  decision: ServiceDecision,
  decisions: readonly ServiceDecision[],
  { draft, locks, app }: ServicesContext,
): void {
  const { spec, current, action } = decision;
  if (current === null) return;
  // Those that depend on it go first.
  const stopAfter = decisions
    .filter((other) => other.spec.dependencies.some(({ service }) => service === spec.service.name))
    .flatMap((other) => (other.current === null ? [] : [stopContainerId(other.current)]));
  if (action.kind === 'replace') {
    planContainerRemoval(current, { cause: action.cause, locks, draft, stopAfter });
  } else if (action.kind === 'keep' && !spec.service.running && !isStopped(current)) {
    planStop(current, { cause: 'the target wants it stopped', locks, draft, stopAfter });
  }
  if (action.kind === 'keep' && current.name !== spec.containerName) {
    draft.add({
      kind: 'rename-container',
      id: `rename-container ${current.name}`,
      dependsOn: [locks.acquire(`to rename ${spec.service.name}`)],
      cause: `belongs to release ${app.release?.commit ?? ''} now`,
      appId: app.id,
      service: spec.service.name,
      containerId: current.id,
      name: spec.containerName,
    });
  }
}

function planArrival(decision: ServiceDecision, { app, draft, locks }: ServicesContext): void {
  const { spec, current, action, config } = decision;
  if (action.kind !== 'create' && action.kind !== 'replace') return;
  const { name: service, image } = spec.service;
  if (config === null) {
    draft.block({
      appId: app.id,
      service,
      reason: 'dependency',
      message: `network_mode: waits for the container of ${spec.networkOf}`,
    });
    return;
  }
  const needed = [
    pullImageId(image),
    ...Object.keys(config.networks).map(createNetworkId),
    ...spec.volumes.map(createVolumeId),
  ];
  const create = draft.add({
    kind: 'create-container',
    id: createContainerId(spec),
    dependsOn: [
      // While an app is updated, nothing of the new release comes before the locks are ours.
      ...(locks.acquired === null ? [] : [locks.acquired]),
      ...(current === null ? [] : [removeContainerId(current)]),
      ...needed.filter((id) => draft.has(id)),
    ],
    cause: action.cause,
    appId: app.id,
    service,
    name: spec.containerName,
    image,
    config,
  });
  for (const [network, endpoint] of Object.entries(config.networks)) {
    if (network === config.networkMode) continue;
    draft.add({
      kind: 'connect-network',
      id: connectNetworkId(spec, network),
      dependsOn: [create],
      cause: action.cause,
      appId: app.id,
      service,
      container: spec.containerName,
      network,
      endpoint,
    });
  }
}

/** Changes what can be changed on the container as it is. Needs no locks, unless less memory may end its processes. */
function planUpdate({ spec, current, action }: ServiceDecision, { app, draft, locks }: ServicesContext): void {
  if (current === null || action.kind !== 'keep' || action.update === null) return;
  const { config, cause } = action.update;
  const tightened = isTightened(current.config.resources, config.resources);
  draft.add({
    kind: 'update-container',
    id: updateContainerId(current),
    dependsOn: tightened ? [locks.acquire(`to give ${spec.service.name} less memory`)] : [],
    cause,
    appId: app.id,
    service: spec.service.name,
    containerId: current.id,
    config,
  });
}

function planStart(
  decision: ServiceDecision,
  decisions: readonly ServiceDecision[],
  { app, input, draft }: ServicesContext,
): void {
  const { spec, current, action } = decision;
  if (action.kind === 'hold' || !spec.service.running) return;
  const arrives = draft.has(createContainerId(spec));
  if (action.kind !== 'keep' && !arrives) return;
  const cause = action.kind === 'keep' ? keepCause(current, input) : action.cause;
  if (cause === null) return;
  const dependsOn = arrives
    ? [
        createContainerId(spec),
        ...Object.keys(spec.config.networks)
          .map((name) => connectNetworkId(spec, name))
          .filter((id) => draft.has(id)),
      ]
    : [];
  for (const dependency of spec.dependencies) {
    const other = decisions.find((one) => one.spec.service.name === dependency.service);
    const state = dependencyState(dependency, other, draft);
    if (state.kind === 'waits') {
      draft.block({
        appId: app.id,
        service: spec.service.name,
        reason: 'dependency',
        message: `depends_on: ${state.message}`,
      });
      return;
    }
    if (state.kind === 'planned') dependsOn.push(state.id);
  }
  draft.add(
    {
      kind: 'start-container',
      id: startContainerId(spec),
      dependsOn,
      cause,
      appId: app.id,
      service: spec.service.name,
      container: arrives || current === null ? spec.containerName : current.id,
    },
    [
      ...portOwners(spec, input.snapshot).map(stopContainerId),
      ...(current === null ? [] : [updateContainerId(current)]),
    ],
  );
}

type DependencyState =
  | { readonly kind: 'met' }
  | { readonly kind: 'planned'; readonly id: string }
  | { readonly kind: 'waits'; readonly message: string };

function dependencyState(
  dependency: ServiceSpec['dependencies'][number],
  other: ServiceDecision | undefined,
  draft: PlanDraft,
): DependencyState {
  if (other === undefined) return { kind: 'met' };
  const start = startContainerId(other.spec);
  if (dependency.condition === 'service_started' && draft.has(start)) return { kind: 'planned', id: start };
  const stays = other.action.kind === 'keep' || other.action.kind === 'hold';
  const message = unmetCondition(dependency, stays ? other.current : null);
  return message === null ? { kind: 'met' } : { kind: 'waits', message };
}

function keepCause(current: ObservedContainer | null, { policy }: PlanContext): string | null {
  return current === null ? null : startCause(current, policy.seenRunning);
}

/** Containers whose ports on the host the service wants. */
function portOwners({ config }: ServiceSpec, { containers }: EngineSnapshot): ObservedContainer[] {
  const portsOf = (bindings: ServiceSpec['config']['portBindings']): string[] =>
    bindings
      .filter(({ hostPort }) => hostPort !== '')
      .map(({ hostPort, containerPort }) => `${hostPort}/${containerPort.split('/')[1] ?? 'tcp'}`);
  const wanted = new Set(portsOf(config.portBindings));
  if (wanted.size === 0) return [];
  return containers.filter((container) => portsOf(container.config.portBindings).some((port) => wanted.has(port)));
}

function surplusCause({ identity }: ObservedContainer, decisions: readonly ServiceDecision[]): string {
  const known = decisions.some(({ spec }) => spec.service.name === identity?.serviceName);
  return known ? 'the service has another container' : 'the service is not in the release';
}

function isStopped({ status }: ObservedContainer): boolean {
  return status === 'created' || status === 'exited' || status === 'dead';
}

function createContainerId({ containerName }: ServiceSpec): string {
  return `create-container ${containerName}`;
}

function startContainerId({ containerName }: ServiceSpec): string {
  return `start-container ${containerName}`;
}

function connectNetworkId({ containerName }: ServiceSpec, network: string): string {
  return `connect-network ${containerName} to ${network}`;
}
