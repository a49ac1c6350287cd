import type { ContainerConfig } from '../container-config.ts';
import type { ObservedContainer } from '../observed.ts';
import { LABELS } from '../spec/names.ts';
import type { AppPlan } from './app-plan.ts';
import { isTightened, updateContainerId } from './compare.ts';
import { isStopped, removeContainer, renameContainer, stopContainer } from './containers.ts';
import type { ServiceDecision } from './decide.ts';
import { addressesOf, hostPortsOf } from './device-plan.ts';
import type { PlanNode } from './graph.ts';
import { continueHandOver, isPredecessorName, planRestoration, planStandAside, predecessorName } from './hand-over.ts';
import { duplicateRemovals } from './networks.ts';
import { decideStarts, hasArrival } from './start-conditions.ts';

/** Containers that make way. A container with a successor stays until that one is created, and may be started again. */
export function planDepartures(plan: AppPlan): void {
  decideStarts(plan);
  for (const container of plan.surplus) removeContainer(container, plan, { cause: surplusCause(container, plan) });
  for (const decision of plan.services) continueHandOver(decision, plan);
  for (const decision of plan.services) if (isReplacedBeside(decision, plan)) createBeside(decision, plan);
  for (const decision of plan.services) planDeparture(decision, plan);
}

/** Creates the containers that no other one has to make way for, or that has made way. */
export function planArrivals(plan: AppPlan): void {
  for (const decision of plan.services) planArrival(decision, plan);
  for (const decision of plan.services) planUpdate(decision, plan);
}

/** Starts containers after the services that they depend on, and removes their predecessors. */
export function planStarts(plan: AppPlan): void {
  for (const decision of plan.services) planStart(decision, plan);
  for (const decision of plan.services) removeReplaced(decision, plan);
}

function surplusCause({ identity }: ObservedContainer, { target, servicesByName }: AppPlan): string {
  if (target === null) return 'the app is not in the target';
  return servicesByName.has(identity?.serviceName ?? '')
    ? 'the service has another container'
    : 'the service is not in the release';
}

/** Whether the new container is created while the old one runs. */
function isReplacedBeside(decision: ServiceDecision, plan: AppPlan): boolean {
  const { action, current, config } = decision;
  if (action.kind !== 'replace' || action.oldFirst || action.order === 'hand-over') return false;
  return current !== null && config !== null && !isLeftRunning(decision, plan);
}

/**
 * Whether a service goes on with its old container, because the new one cannot start yet. A replaced network does not wait:
 * other services need it.
 */
function isLeftRunning({ spec, current, action }: ServiceDecision, plan: AppPlan): boolean {
  if (current === null || action.kind !== 'replace' || action.oldFirst || isStopped(current)) return false;
  const start = plan.startDecisions.get(spec.service.name);
  if (start?.kind !== 'blocked' || start.blocked.reason === 'reboot') return false;
  return !Object.keys(current.config.networks).some((name) => plan.replacedNetworks.has(name));
}

/** Creates the new container beside the old one, which gives up its name if both have the same. */
function createBeside(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action } = decision;
  if (current === null || action.kind !== 'replace') return;
  const { cause } = action;
  plan.locks.acquire(`to ${isStopped(current) ? 'replace or remove' : 'stop'} ${spec.service.name}`);
  if (current.name === spec.containerName) {
    // Engines refuse to rename a container that they are about to restart.
    if (current.status === 'restarting') stopService(decision, plan);
    const needs = surplusRemovals(spec.service.name, plan);
    renameContainer(current, plan, { name: predecessorName(current.name), cause, needs });
  }
  createContainer(decision, plan);
}

function planDeparture(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action, handOver } = decision;
  if (current === null || isLeftRunning(decision, plan)) return;
  stopService(decision, plan);
  if (action.kind === 'replace') {
    if (action.oldFirst) {
      removeContainer(current, plan, { cause: action.cause });
    } else if (action.order !== 'hand-over') {
      const last = plan.device.stops.get(current.id) ?? plan.renames.get(current.id) ?? plan.locks.acquired;
      if (last !== null) plan.device.departures.set(current.id, last);
    } else if (isPredecessorName(current.name)) {
      const needs = surplusRemovals(spec.service.name, plan);
      planRestoration(current, plan, { restart: spec.config.restart, cause: 'the hand-over was cut short', needs });
    } else {
      planStandAside(current, action.cause, plan);
    }
  }
  if (action.kind === 'keep' && current.name !== spec.containerName) {
    const namesakes = plan.surplus.filter(({ name }) => name === spec.containerName);
    const needs = namesakes.map(({ id }) => plan.device.removals.get(id));
    renameContainer(current, plan, {
      name: spec.containerName,
      cause: `belongs to release ${plan.release.commit} now`,
      needs,
    });
  }
  if (action.kind === 'keep' && handOver?.kind === 'replacing')
    replacePredecessor(handOver.predecessor, decision, plan);
}

/** Continues a replacement whose new container was created, and has not started yet. */
function replacePredecessor(predecessor: ObservedContainer, { spec }: ServiceDecision, plan: AppPlan): void {
  const { device, draft, id: appId } = plan;
  const service = spec.service.name;
  const start = plan.startDecisions.get(service);
  const failure = device.input.policy.paused.get(`start-container ${spec.containerName}`);
  if (start?.kind === 'start' && failure === undefined) {
    const last = isStopped(predecessor)
      ? plan.locks.acquire(`to replace or remove ${service}`)
      : stopContainer(predecessor, plan, { cause: REPLACED });
    device.departures.set(predecessor.id, last);
    return;
  }
  if (start?.kind === 'blocked' && start.blocked.reason === 'reboot') return;
  if (predecessor.status !== 'exited' || predecessor.stoppedByUs !== true) return;
  const cause = failure === undefined ? 'the new container cannot start yet' : 'the new container could not be started';
  const operation = { kind: 'start-container', cause, appId, service, container: predecessor.id } as const;
  draft.add({ ...operation, id: `start-container ${predecessor.name}` });
}

const REPLACED = 'the service has another container';

/** Removes the old container when the new one has started. */
function removeReplaced(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action, handOver } = decision;
  const service = spec.service.name;
  const start = plan.starts.get(service);
  if (isReplacedBeside(decision, plan) && current !== null && action.kind === 'replace') {
    const { cause } = action;
    const [created] = plan.arrivals.get(service) ?? [];
    removeContainer(current, plan, { cause, needs: [start ?? created] });
  } else if (action.kind === 'keep' && handOver?.kind === 'replacing' && start !== undefined) {
    removeContainer(handOver.predecessor, plan, { cause: REPLACED, needs: [start] });
  }
  if (start !== undefined && (plan.arrivals.has(service) || handOver?.kind === 'replacing')) {
    plan.draft.onlyWith(start, plan.makingWay.get(service) ?? []);
  }
}

/** Stops a service's container if it must, after the containers of the services that depend on it. */
function stopService(decision: ServiceDecision, plan: AppPlan): PlanNode | null {
  const { current, spec } = decision;
  if (current === null) return null;
  const known = plan.device.stops.get(current.id);
  const cause = stopCause(decision, plan);
  if (known !== undefined || cause === null) return known ?? null;
  plan.locks.acquire(`to stop ${spec.service.name}`);
  const dependents = plan.dependents.get(spec.service.name) ?? [];
  const follows = dependents.flatMap((dependent) => stopService(dependent, plan) ?? []);
  return stopContainer(current, plan, { cause, needs: successorsOf(decision, plan), follows });
}

/** What must be created before the container is stopped: its successor, or that of the container which it needs. */
function successorsOf({ spec, config }: ServiceDecision, { arrivals }: AppPlan): PlanNode[] {
  const services = config === null ? spec.peers.map(({ service }) => service) : [spec.service.name];
  return services.flatMap((service) => arrivals.get(service) ?? []);
}

/** Why a service's container is stopped; `null`: it is not, or it is stopped already. */
function stopCause(decision: ServiceDecision, plan: AppPlan): string | null {
  const { spec, current, action, running } = decision;
  if (current === null || isStopped(current) || isLeftRunning(decision, plan)) return null;
  if (action.kind === 'replace' && action.order !== 'hand-over') return action.cause;
  if (action.kind !== 'keep') return null;
  if (running) return plan.startDecisions.get(spec.service.name)?.kind === 'start' ? (action.restart ?? null) : null;
  return spec.service.running ? 'a client stopped it' : 'the target wants it stopped';
}

function planArrival(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, action, config } = decision;
  const service = spec.service.name;
  if (isReplacedBeside(decision, plan)) {
    // Connections to the networks that are replaced meanwhile.
    connectNetworks(decision, plan, (network) => plan.replacedNetworks.has(network));
    holdWithNetworks(decision, plan);
    return;
  }
  if (isLeftRunning(decision, plan)) return;
  if (hasArrival(decision)) return createContainer(decision, plan);
  if ((action.kind !== 'create' && action.kind !== 'replace') || config !== null) return;
  for (const { field, service: peer } of spec.peers) {
    if (plan.servicesByName.get(peer)?.action.kind === 'keep') continue;
    const message = `${field}: waits for the container of ${peer}`;
    plan.draft.block({ appId: plan.id, service, reason: 'dependency', message });
  }
}

/** A container is not created for a network that cannot be replaced now. */
function holdWithNetworks({ spec }: ServiceDecision, { draft, device, arrivals, replacedNetworks }: AppPlan): void {
  const [create] = arrivals.get(spec.service.name) ?? [];
  for (const network of Object.keys(spec.config.networks)) {
    const creation = replacedNetworks.has(network) ? device.networkCreations.get(network) : undefined;
    if (creation !== undefined) draft.onlyWith(creation, [create]);
  }
}

/** Creates a service's container, with its files and its connections to networks. */
function createContainer(decision: ServiceDecision, plan: AppPlan): void {
  const { spec, current, action } = decision;
  const { device, draft, locks, id: appId } = plan;
  const config = configToCreate(decision, plan);
  if (config === null || (action.kind !== 'create' && action.kind !== 'replace')) return;
  const { name: service, image } = spec.service;
  const networks = Object.keys(config.networks);
  const create = draft.add(
    {
      kind: 'create-container',
      id: `create-container ${spec.containerName}`,
      cause: action.cause,
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
  plan.arrivals.set(service, [create]);
  draft.onlyWith(create, plan.makingWay.get(service) ?? []);
  const isBeside = isReplacedBeside(decision, plan);
  connectNetworks(decision, plan, (network) => !isBeside || !plan.replacedNetworks.has(network));
  plan.arrivals.get(service)?.push(...putFiles(decision, plan, { container: spec.containerName, needs: [create] }));
}

function connectNetworks(
  { spec, config, action }: ServiceDecision,
  { draft, device, arrivals, replacedNetworks, id: appId }: AppPlan,
  isMeant: (network: string) => boolean,
): void {
  const service = spec.service.name;
  const arrival = arrivals.get(service);
  if (config === null || arrival === undefined || (action.kind !== 'create' && action.kind !== 'replace')) return;
  const [create] = arrival;
  for (const [network, endpoint] of Object.entries(config.networks)) {
    if (network === config.networkMode || !isMeant(network)) continue;
    const connect = draft.add(
      {
        kind: 'connect-network',
        id: `connect-network ${spec.containerName} to ${network}`,
        cause: action.cause,
        appId,
        service,
        container: spec.containerName,
        network,
        endpoint,
      },
      { needs: [create, replacedNetworks.has(network) ? device.networkCreations.get(network) : null] },
    );
    arrival.push(connect);
  }
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
  const { spec, current } = decision;
  const { device, draft, id: appId } = plan;
  const service = spec.service.name;
  const update = plan.updates.get(current?.id ?? '');
  const operation = { kind: 'start-container', id: `start-container ${spec.containerName}`, appId, service } as const;
  if (current !== null && plan.stoppedToBeRenamed.has(current.id)) {
    const renamed = { ...operation, cause: 'was stopped to be renamed', container: current.id };
    plan.starts.set(service, draft.add(renamed, { needs: [plan.renames.get(current.id)], follows: [update] }));
    return;
  }
  const start = plan.startDecisions.get(service);
  if (start?.kind === 'blocked') return draft.block({ appId, service, ...start.blocked });
  if (start?.kind !== 'start') return;
  const arrival = plan.arrivals.get(service);
  const needs = [
    ...(arrival ?? surplusRemovals(service, plan)),
    // Whether the files of a container that never ran are complete does not show.
    ...(arrival === undefined && current?.startedAt === null
      ? putFiles(decision, plan, { container: current.id })
      : []),
    ...madeWayBefore(decision, plan),
    ...spec.dependencies
      .filter(({ condition }) => condition === 'service_started')
      .map((dependency) => plan.starts.get(dependency.service)),
  ];
  const container = arrival !== undefined || current === null ? spec.containerName : current.id;
  const owners = [...hostPortsOf(spec.config), ...addressesOf(spec.config)].flatMap(
    (endpoint) => device.containersByEndpoint.get(endpoint) ?? [],
  );
  // An app that leaves the device may hold what a new container needs, such as ports of the host's network.
  const follows = [...device.absentStops, ...owners.map(({ id }) => device.stops.get(id)), update];
  plan.starts.set(service, draft.add({ ...operation, cause: start.cause, container }, { needs, follows }));
}

/** What ends between the creation and the start of a container: the run of its predecessor, and its networks. */
function madeWayBefore(decision: ServiceDecision, plan: AppPlan): (PlanNode | undefined)[] {
  const { current, handOver, action, spec } = decision;
  const { stops, networkCreations } = plan.device;
  const networks = Object.keys(spec.config.networks).filter((name) => plan.replacedNetworks.has(name));
  if (isReplacedBeside(decision, plan)) {
    return [stops.get(current?.id ?? ''), ...networks.map((name) => networkCreations.get(name))];
  }
  if (action.kind !== 'keep') return [];
  const earlier = handOver?.kind === 'replacing' ? handOver.predecessor : current;
  return [stops.get(earlier?.id ?? ''), ...networks.map((name) => networkCreations.get(name))];
}

/** Removals of the service's other containers: none of them runs beside a new one. */
function surplusRemovals(service: string, { device, surplusByService }: AppPlan): (PlanNode | undefined)[] {
  return (surplusByService.get(service) ?? []).map(({ id }) => device.removals.get(id));
}
