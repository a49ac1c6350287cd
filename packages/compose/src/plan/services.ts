import type { ContainerConfig } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import type { Dependency } from '../spec/dependencies.ts';
import { LABELS } from '../spec/names.ts';
import type { AppPlan } from './app-plan.ts';
import { isTightened, updateContainerId } from './compare.ts';
import { isStopped, removeContainer, renameContainer, stopContainer } from './containers.ts';
import { REQUESTED, type ServiceDecision } from './decide.ts';
import { hostPortsOf } from './device-plan.ts';
import type { PlanNode } from './graph.ts';
import { continueHandOver, isPredecessorName, planRestoration, planStandAside } from './hand-over.ts';
import { duplicateRemovals } from './networks.ts';
import { startCause, unmetCondition } from './start-conditions.ts';

/** Stops, removes and renames the containers of an app that make way. */
export function planDepartures(plan: AppPlan): void {
  for (const container of plan.surplus) removeContainer(container, plan, surplusCause(container, plan));
  for (const decision of plan.services) continueHandOver(decision, plan);
  for (const decision of plan.services) planDeparture(decision, plan);
}

/** Creates containers, and changes others in place. */
export function planArrivals(plan: AppPlan): void {
  for (const decision of plan.services) planArrival(decision, plan);
  for (const decision of plan.services) planUpdate(decision, plan);
}

/** Starts containers after the services that they depend on. */
export function planStarts(plan: AppPlan): void {
  for (const decision of plan.services) planStart(decision, plan);
}

function surplusCause({ identity }: ObservedContainer, { target, servicesByName }: AppPlan): string {
  if (target === null) return 'the app is not in the target';
  return servicesByName.has(identity?.serviceName ?? '')
    ? 'the service has another container'
    : 'the service is not in the release';
}

function planDeparture(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action } = decision;
  if (current === null) return;
  stopService(decision, plan);
  if (action.kind === 'replace') {
    if (action.order !== 'hand-over') {
      removeContainer(current, plan, action.cause);
    } else if (isPredecessorName(current.name)) {
      const needs = surplusRemovals(spec.service.name, plan);
      planRestoration(current, plan, { restart: spec.config.restart, cause: 'the hand-over was cut short', needs });
    } else {
      planStandAside(current, action.cause, plan);
    }
  }
  if (action.kind === 'keep' && current.name !== spec.containerName) {
    renameContainer(current, spec.containerName, plan, { cause: `belongs to release ${plan.release.commit} now` });
  }
}

/** Stops a service's container if it must, after the containers of the services that depend on it. */
function stopService(decision: ServiceDecision, plan: AppPlan): PlanNode | null {
  const { current, spec } = decision;
  if (current === null) return null;
  const known = plan.device.stops.get(current.id);
  const cause = stopCause(decision);
  if (known !== undefined || cause === null) return known ?? null;
  plan.locks.acquire(`to stop ${spec.service.name}`);
  const dependents = plan.dependents.get(spec.service.name) ?? [];
  const follows = dependents.flatMap((dependent) => stopService(dependent, plan) ?? []);
  return stopContainer(current, plan, { cause, follows });
}

/** Why a service's container is stopped; `null`: it is not, or it is stopped already. */
function stopCause({ spec, current, action, running }: ServiceDecision): string | null {
  if (current === null || isStopped(current)) return null;
  if (action.kind === 'replace' && action.order !== 'hand-over') return action.cause;
  if (action.kind !== 'keep' || running) return null;
  return spec.service.running ? 'a client stopped it' : 'the target wants it stopped';
}

function planArrival(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action } = decision;
  if (action.kind !== 'create' && action.kind !== 'replace') return;
  // The old container gets its name back first; the next plan begins the hand-over again.
  if (isHandOverCutShort(decision)) return;
  const { device, draft, locks, id: appId } = plan;
  const { name: service, image } = spec.service;
  const { cause } = action;
  const config = configToCreate(decision, plan);
  if (config === null) {
    for (const { field, service: peer } of spec.peers) {
      if (plan.servicesByName.get(peer)?.action.kind === 'keep') continue;
      draft.block({ appId, service, reason: 'dependency', message: `${field}: waits for the container of ${peer}` });
    }
    return;
  }
  const networks = Object.keys(config.networks);
  const create = draft.add(
    {
      kind: 'create-container',
      id: `create-container ${spec.containerName}`,
      cause,
      appId,
      service,
      name: spec.containerName,
      // By its name, unless that means another image by now.
      image: device.imageOf(spec.service) === device.findImage(image) ? image : (spec.service.contentId ?? image),
      config,
    },
    {
      needs: [
        // While an app is updated, nothing of the new release comes before the locks are ours.
        locks.acquired,
        ...(current === null ? [] : [device.removals.get(current.id), plan.renames.get(current.id)]),
        ...(current === null ? [] : [plan.clearedHandOvers.get(service)]),
        ...surplusRemovals(service, plan),
        device.pulls.get(image),
        ...networks.map((name) => device.networkCreations.get(name)),
        ...spec.volumes.map((name) => device.volumeCreations.get(name)),
      ],
      follows: duplicateRemovals(networks, device),
    },
  );
  const connections = Object.entries(config.networks)
    .filter(([network]) => network !== config.networkMode)
    .map(([network, endpoint]) =>
      draft.add(
        {
          kind: 'connect-network',
          id: `connect-network ${spec.containerName} to ${network}`,
          cause,
          appId,
          service,
          container: spec.containerName,
          network,
          endpoint,
        },
        { needs: [create] },
      ),
    );
  const files = putFiles(decision, plan, { container: spec.containerName, needs: [create] });
  plan.arrivals.set(service, [create, ...connections, ...files]);
}

function isHandOverCutShort({ current, action }: ServiceDecision): boolean {
  return action.kind === 'replace' && action.order === 'hand-over' && isPredecessorName(current?.name ?? '');
}

/** A container that waits for a reboot is labelled with the boot in which it was created. */
function configToCreate({ spec, action, config }: ServiceDecision, { device }: AppPlan): ContainerConfig | null {
  const { bootId } = device.input;
  const requested = action.kind === 'replace' && action.order === 'requested';
  if (config === null || bootId === null || requested || !spec.updatePolicy.requiresReboot) return config;
  return { ...config, labels: { ...config.labels, [LABELS.bootId]: bootId } };
}

/** Puts a service's files into its container, which has not been started yet. */
function putFiles(
  { spec: { service, files, containerName } }: ServiceDecision,
  { draft, id: appId }: AppPlan,
  { container, needs = [] }: { readonly container: string; readonly needs?: readonly PlanNode[] },
): PlanNode[] {
  if (files.length === 0) return [];
  const cause = 'the service has configs or secrets';
  const put = { kind: 'put-files', cause, appId, service: service.name, container, files } as const;
  return [draft.add({ ...put, id: `put-files ${containerName}` }, { needs })];
}

/** Changes limits in place. That needs no locks, unless less memory may end processes. */
function planUpdate({ spec, current, action }: ServiceDecision, plan: AppPlan): void {
  if (current === null || action.kind !== 'keep' || action.update === null) return;
  const { config, cause } = action.update;
  const service = spec.service.name;
  const tightened = isTightened(current.config.resources, config.resources);
  const update = plan.draft.add(
    {
      kind: 'update-container',
      id: updateContainerId(current),
      cause,
      appId: plan.id,
      service,
      containerId: current.id,
      config,
    },
    { needs: tightened ? [plan.locks.acquire(`to give ${service} less memory`)] : [] },
  );
  plan.updates.set(current.id, update);
}

/** Starts a service's container if it shall run and does not, once its dependencies are ready. */
function planStart(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action, running } = decision;
  const { device, draft, id: appId } = plan;
  const service = spec.service.name;
  const update = plan.updates.get(current?.id ?? '');
  const start = { kind: 'start-container', id: `start-container ${spec.containerName}`, appId, service } as const;
  if (current !== null && plan.stoppedToBeRenamed.has(current.id)) {
    const renamed = { ...start, cause: 'was stopped to be renamed', container: current.id };
    plan.starts.set(service, draft.add(renamed, { needs: [plan.renames.get(current.id)], follows: [update] }));
    return;
  }
  if (action.kind === 'hold' || !running) return;
  const arrival = plan.arrivals.get(service);
  if (action.kind !== 'keep' && arrival === undefined) return;
  const cause = action.kind === 'keep' ? keepCause(current, plan) : action.cause;
  if (cause === null) return;
  const block = (reason: 'dependency' | 'reboot', message: string): void =>
    draft.block({ appId, service, reason, message });
  if (waitsForReboot(decision, plan)) return block('reboot', 'it starts after the device was rebooted');
  const needs: (PlanNode | undefined)[] = [...(arrival ?? surplusRemovals(service, plan))];
  // Whether the files of a container that never ran are complete does not show.
  if (arrival === undefined && current?.startedAt === null) {
    needs.push(...putFiles(decision, plan, { container: current.id }));
  }
  for (const dependency of spec.dependencies) {
    const state = dependencyState(dependency, plan);
    if (state.kind === 'waits') return block('dependency', `depends_on: ${state.message}`);
    if (state.kind === 'planned') needs.push(state.start);
  }
  const container = arrival !== undefined || current === null ? spec.containerName : current.id;
  const portOwners = hostPortsOf(spec.config).flatMap((port) => device.containersByPort.get(port) ?? []);
  // What leaves the device may hold what a new container needs, such as the ports of the host's network.
  const follows = [...device.absentStops, ...portOwners.map(({ id }) => device.stops.get(id)), update];
  plan.starts.set(service, draft.add({ ...start, cause, container }, { needs, follows }));
}

function keepCause(current: ObservedContainer | null, { device }: AppPlan): string | null {
  if (current === null) return null;
  const { requests, seenRunning } = device.input.policy;
  const asked = requests.containers.get(current.id) === 'start' && current.status === 'exited';
  return startCause(current, seenRunning) ?? (asked ? REQUESTED : null);
}

function waitsForReboot({ spec, current, action }: ServiceDecision, { device }: AppPlan): boolean {
  const { bootId } = device.input;
  if (!spec.updatePolicy.requiresReboot || bootId === null) return false;
  if (action.kind === 'replace') return action.order !== 'requested';
  if (action.kind === 'create') return true;
  return current?.startedAt === null && current.config.labels[LABELS.bootId] === bootId;
}

type DependencyState =
  | { readonly kind: 'met' }
  | { readonly kind: 'planned'; readonly start: PlanNode }
  | { readonly kind: 'waits'; readonly message: string };

function dependencyState(dependency: Dependency, plan: AppPlan): DependencyState {
  const other = plan.servicesByName.get(dependency.service);
  if (other === undefined) return { kind: 'met' };
  const start = plan.starts.get(dependency.service);
  if (dependency.condition === 'service_started' && start !== undefined) return { kind: 'planned', start };
  const stays = other.action.kind === 'keep' || other.action.kind === 'hold';
  const message = unmetCondition(dependency, stays ? other.current : null);
  return message === null ? { kind: 'met' } : { kind: 'waits', message };
}

/** Removals of the service's other containers: none of them runs beside a new one. */
function surplusRemovals(service: string, { device, surplusByService }: AppPlan): (PlanNode | undefined)[] {
  return (surplusByService.get(service) ?? []).map(({ id }) => device.removals.get(id));
}
