import { isTightened } from '../decide/compare.ts';
import { isPredecessorName, predecessorName } from '../decide/hand-over.ts';
import { addressesOf, hostPortsOf } from '../decide/indexed-input.ts';
import { isStopped, REQUESTED, updateContainerId, type ServiceDecision } from '../decide/services.ts';
import { createsContainer, isCreatedFirst, keepsOldContainer } from '../decide/starts.ts';
import type { ObservedContainer } from '../observed.ts';
import {
  connectNetworks,
  createContainer,
  putFiles,
  removeContainer,
  renameContainer,
  stopContainer,
  surplusRemovals,
} from './containers.ts';
import type { PlanNode } from './graph.ts';
import { beginHandOver, continueHandOver, restorePredecessor } from './hand-over.ts';
import type { AppPlanner } from './planner.ts';

const REPLACED = 'the service has another container';

/** Stops, renames and removes old containers. One with a successor stays until that is created, and may start again. */
export function planOldContainers(app: AppPlanner): void {
  const { services, surplus } = app.decision;
  for (const container of surplus) removeContainer(container, app, { cause: surplusCause(container, app) });
  for (const service of services.values()) continueHandOver(service, app);
  for (const service of services.values()) if (isCreatedFirst(service, app.decision)) createBeside(service, app);
  for (const service of services.values()) planOldContainer(service, app);
}

/** Creates the containers that nothing else has to be removed for, or after that. */
export function planNewContainers(app: AppPlanner): void {
  const { services } = app.decision;
  for (const service of services.values()) planNewContainer(service, app);
  for (const service of services.values()) planUpdate(service, app);
}

/** Starts containers after the services that they depend on, and removes their predecessors. */
export function planStarts(app: AppPlanner): void {
  const { services } = app.decision;
  for (const service of services.values()) planStart(service, app);
  for (const service of services.values()) removeReplaced(service, app);
}

/** Stops containers that a client wants stopped or restarted as they are. */
export function planRequestedStops(app: AppPlanner): void {
  const { requests } = app.input.policy;
  for (const { container, running } of app.decision.requested) {
    const restarts = requests.containers.get(container.id) === 'replace';
    if (!isStopped(container) && (restarts || !running)) stopContainer(container, app, { cause: REQUESTED });
  }
}

/** Starts containers that a client wants started or restarted as they are. */
export function planRequestedStarts({ decision, device, draft, id: appId }: AppPlanner): void {
  for (const { container, running } of decision.requested) {
    if (!running) continue;
    const { id, name, identity } = container;
    const operation = { kind: 'start-container', id: `start-container ${name}`, cause: REQUESTED, appId } as const;
    draft.add(
      { ...operation, service: identity?.serviceName ?? null, container: id },
      { needs: [device.stops.get(id)] },
    );
  }
}

/** Brings replacements to a rest that a cancel ended half way. */
export function planCutShort(app: AppPlanner): void {
  const cause = 'its replacement was cancelled half way';
  for (const { kind, container } of app.decision.cutShort) {
    const { id, name, identity } = container;
    const service = identity?.serviceName ?? null;
    if (kind === 'remove-old') removeContainer(container, app, { cause: REPLACED });
    else
      app.draft.add({
        kind: 'start-container',
        id: `start-container ${name}`,
        cause,
        appId: app.id,
        service,
        container: id,
      });
  }
}

function surplusCause({ identity }: ObservedContainer, { decision: { target, services } }: AppPlanner): string {
  if (target === null) return 'the app is not in the target';
  return services.has(identity?.serviceName ?? '') ? REPLACED : 'the service is not in the release';
}

/** Creates the new container beside the old one, which gives up its name if both have the same. */
function createBeside(service: ServiceDecision, app: AppPlanner): void {
  const { spec, current, action } = service;
  if (current === null || action.kind !== 'replace') return;
  const { cause } = action;
  app.acquireLocks(`to ${isStopped(current) ? 'replace or remove' : 'stop'} ${spec.service.name}`);
  if (current.name === spec.containerName) {
    // Engines refuse to rename a container that they are about to restart.
    if (current.status === 'restarting') stopService(service, app);
    const needs = surplusRemovals(spec.service.name, app);
    renameContainer(current, app, { name: predecessorName(current.name), cause, needs });
  }
  createContainer(service, app);
}

function planOldContainer(service: ServiceDecision, app: AppPlanner): void {
  const { spec, current, action, handOver } = service;
  if (current === null || keepsOldContainer(service, app.decision)) return;
  stopService(service, app);
  if (action.kind === 'replace') replaceContainer(service, current, app);
  if (action.kind !== 'keep') return;
  if (current.name !== spec.containerName) {
    const namesakes = app.decision.surplus.filter(({ name }) => name === spec.containerName);
    renameContainer(current, app, {
      name: spec.containerName,
      cause: `belongs to release ${app.decision.release.commit} now`,
      needs: namesakes.map(({ id }) => app.device.removals.get(id)),
    });
  }
  if (handOver?.kind === 'replacing') replacePredecessor(handOver.predecessor, service, app);
}

function replaceContainer({ spec, action }: ServiceDecision, current: ObservedContainer, app: AppPlanner): void {
  if (action.kind !== 'replace') return;
  if (action.removeFirst) {
    removeContainer(current, app, { cause: action.cause });
  } else if (action.order !== 'hand-over') {
    const last = app.device.stops.get(current.id) ?? app.renames.get(current.id) ?? app.locks;
    if (last !== null) app.device.networkExits.set(current.id, last);
  } else if (isPredecessorName(current.name)) {
    const needs = surplusRemovals(spec.service.name, app);
    restorePredecessor(current, app, { restart: spec.config.restart, cause: 'the hand-over was cut short', needs });
  } else {
    beginHandOver(current, action.cause, app);
  }
}

/** Continues a replacement whose new container was created, and has not started yet. */
function replacePredecessor(predecessor: ObservedContainer, { spec }: ServiceDecision, app: AppPlanner): void {
  const { device, draft, input, id: appId } = app;
  const service = spec.service.name;
  const start = app.decision.starts.get(service);
  const failure = input.policy.paused.get(`start-container ${spec.containerName}`);
  if (start?.kind === 'start' && failure === undefined) {
    const last = isStopped(predecessor)
      ? app.acquireLocks(`to replace or remove ${service}`)
      : stopContainer(predecessor, app, { cause: REPLACED });
    device.networkExits.set(predecessor.id, last);
    return;
  }
  if (start?.kind === 'blocked' && start.blocked.reason === 'reboot') return;
  if (predecessor.status !== 'exited' || predecessor.stoppedByUs !== true) return;
  const cause = failure === undefined ? 'the new container cannot start yet' : 'the new container could not be started';
  const operation = { kind: 'start-container', cause, appId, service, container: predecessor.id } as const;
  draft.add({ ...operation, id: `start-container ${predecessor.name}` });
}

/** Removes the old container when the new one has started. */
function removeReplaced(decision: ServiceDecision, app: AppPlanner): void {
  const { spec, current, action, handOver } = decision;
  const service = spec.service.name;
  const start = app.starts.get(service);
  if (isCreatedFirst(decision, app.decision) && current !== null && action.kind === 'replace') {
    const [creation] = app.creations.get(service) ?? [];
    removeContainer(current, app, { cause: action.cause, needs: [start ?? creation] });
  } else if (action.kind === 'keep' && handOver?.kind === 'replacing' && start !== undefined) {
    removeContainer(handOver.predecessor, app, { cause: REPLACED, needs: [start] });
  }
  if (start !== undefined && (app.creations.has(service) || handOver?.kind === 'replacing')) {
    app.draft.onlyWith(start, app.preparations.get(service) ?? []);
  }
}

/** Stops a service's container if it must, after the containers of the services that depend on it. */
function stopService(decision: ServiceDecision, app: AppPlanner): PlanNode | null {
  const { current, spec } = decision;
  if (current === null) return null;
  const known = app.device.stops.get(current.id);
  const cause = stopCause(decision, app);
  if (known !== undefined || cause === null) return known ?? null;
  app.acquireLocks(`to stop ${spec.service.name}`);
  const dependents = app.dependents.get(spec.service.name) ?? [];
  const follows = dependents.flatMap((dependent) => stopService(dependent, app) ?? []);
  return stopContainer(current, app, { cause, needs: successorsOf(decision, app), follows });
}

/** Created before the container is stopped: its successor, or that of the container which it needs. */
function successorsOf({ spec, config }: ServiceDecision, { creations }: AppPlanner): PlanNode[] {
  const services = config === null ? spec.peers.map(({ service }) => service) : [spec.service.name];
  return services.flatMap((service) => creations.get(service) ?? []);
}

/** Why a service's container is stopped; `null`: it is not, or it is stopped already. */
function stopCause(service: ServiceDecision, { decision }: AppPlanner): string | null {
  const { spec, current, action, running } = service;
  if (current === null || isStopped(current) || keepsOldContainer(service, decision)) return null;
  if (action.kind === 'replace' && action.order !== 'hand-over') return action.cause;
  if (action.kind !== 'keep') return null;
  if (running) return decision.starts.get(spec.service.name)?.kind === 'start' ? (action.restart ?? null) : null;
  return spec.service.running ? 'a client stopped it' : 'the target wants it stopped';
}

function planNewContainer(service: ServiceDecision, app: AppPlanner): void {
  const { spec, action, config } = service;
  const { services, replacedNetworks } = app.decision;
  if (isCreatedFirst(service, app.decision)) {
    // Connections to the networks that are replaced meanwhile.
    connectNetworks(service, app, (network) => replacedNetworks.has(network));
    holdWithNetworks(service, app);
    return;
  }
  if (keepsOldContainer(service, app.decision)) return;
  if (createsContainer(service)) return createContainer(service, app);
  if ((action.kind !== 'create' && action.kind !== 'replace') || config !== null) return;
  for (const { field, service: peer } of spec.peers) {
    if (services.get(peer)?.action.kind === 'keep') continue;
    const message = `${field}: waits for the container of ${peer}`;
    app.draft.block({ appId: app.id, service: spec.service.name, reason: 'dependency', message });
  }
}

/** A container is not created for a network that cannot be replaced now. */
function holdWithNetworks({ spec }: ServiceDecision, { draft, device, creations, decision }: AppPlanner): void {
  const [creation] = creations.get(spec.service.name) ?? [];
  for (const network of Object.keys(spec.config.networks)) {
    const condition = decision.replacedNetworks.has(network) ? device.networkCreations.get(network) : undefined;
    if (condition !== undefined) draft.onlyWith(condition, [creation]);
  }
}

/** Changes limits in place. That needs no locks, unless less memory may end processes. */
function planUpdate({ spec, current, action }: ServiceDecision, app: AppPlanner): void {
  if (current === null || action.kind !== 'keep' || action.update === null) return;
  const { config, cause } = action.update;
  const service = spec.service.name;
  const tightened = isTightened(current.config.resources, config.resources);
  const update = app.draft.add(
    {
      kind: 'update-container',
      id: updateContainerId(current),
      cause,
      appId: app.id,
      service,
      containerId: current.id,
      config,
    },
    { needs: tightened ? [app.acquireLocks(`to give ${service} less memory`)] : [] },
  );
  app.updates.set(current.id, update);
}

/** Starts a service's container if it shall run and does not, once its dependencies are ready. */
function planStart(decision: ServiceDecision, app: AppPlanner): void {
  const { spec, current } = decision;
  const { device, draft, input, id: appId } = app;
  const service = spec.service.name;
  const update = app.updates.get(current?.id ?? '');
  const operation = { kind: 'start-container', id: `start-container ${spec.containerName}`, appId, service } as const;
  if (current !== null && app.stoppedToRename.has(current.id)) {
    const renamed = { ...operation, cause: 'was stopped to be renamed', container: current.id };
    app.starts.set(service, draft.add(renamed, { needs: [app.renames.get(current.id)], follows: [update] }));
    return;
  }
  const start = app.decision.starts.get(service);
  if (start?.kind === 'blocked') return draft.block({ appId, service, ...start.blocked });
  if (start?.kind !== 'start') return;
  const creation = app.creations.get(service);
  const needs = [
    ...(creation ?? surplusRemovals(service, app)),
    // It is not known whether the files of a container that never ran are complete.
    ...(creation === undefined && current?.startedAt === null
      ? putFiles(decision, app, { container: current.id })
      : []),
    ...endedBeforeStart(decision, app),
    ...spec.dependencies
      .filter(({ condition }) => condition === 'service_started')
      .map((dependency) => app.starts.get(dependency.service)),
  ];
  const container = creation !== undefined || current === null ? spec.containerName : current.id;
  const owners = [...hostPortsOf(spec.config), ...addressesOf(spec.config)].flatMap(
    (endpoint) => input.containersByEndpoint.get(endpoint) ?? [],
  );
  // An app that leaves the device may hold what a new container needs, such as ports of the host's network.
  const follows = [...device.absentStops, ...owners.map(({ id }) => device.stops.get(id)), update];
  app.starts.set(service, draft.add({ ...operation, cause: start.cause, container }, { needs, follows }));
}

/** Ends between the creation and the start of a container: the run of its predecessor, and the old networks. */
function endedBeforeStart(service: ServiceDecision, app: AppPlanner): (PlanNode | undefined)[] {
  const { current, handOver, action, spec } = service;
  const { stops, networkCreations } = app.device;
  const isBeside = isCreatedFirst(service, app.decision);
  if (!isBeside && action.kind !== 'keep') return [];
  const old = !isBeside && handOver?.kind === 'replacing' ? handOver.predecessor : current;
  const networks = Object.keys(spec.config.networks).filter((name) => app.decision.replacedNetworks.has(name));
  return [stops.get(old?.id ?? ''), ...networks.map((name) => networkCreations.get(name))];
}
