import type { ContainerConfig, RestartPolicy } from '../container-config.ts';
import { addTo } from '../decide/indexed-input.ts';
import { hasNamesake } from '../decide/networks-and-volumes.ts';
import { isStopped, updateContainerId, type ServiceDecision } from '../decide/services.ts';
import { isCreatedFirst } from '../decide/starts.ts';
import type { ObservedContainer } from '../observed.ts';
import { LABELS } from '../spec/names.ts';
import type { Order, PlanNode } from './graph.ts';
import type { AppPlanner, DevicePlanner } from './planner.ts';

/** Stops a container under its app's locks. */
export function stopContainer(
  { identity, id, name, config }: ObservedContainer,
  app: AppPlanner,
  { cause, needs = [], follows = [] }: { readonly cause: string } & Order,
): PlanNode {
  const { device, draft, id: appId } = app;
  const service = identity?.serviceName ?? '';
  const stop = draft.add(
    {
      kind: 'stop-container',
      id: `stop-container ${name}`,
      cause,
      appId,
      service,
      containerId: id,
      timeout: config.stopTimeout,
    },
    { needs: [app.acquireLocks(`to stop ${service}`), ...needs], follows },
  );
  device.stops.set(id, stop);
  addTo(app.preparations, service, stop);
  return stop;
}

/**
 * Stops a container if it runs, and removes it.
 *
 * @param needs further operations that come before
 */
export function removeContainer(
  container: ObservedContainer,
  app: AppPlanner,
  { cause, needs = [] }: { readonly cause: string; readonly needs?: readonly (PlanNode | undefined)[] },
): PlanNode {
  const { identity, id, name } = container;
  const { device, draft } = app;
  const service = identity?.serviceName ?? '';
  const stop = isStopped(container) ? null : (device.stops.get(id) ?? stopContainer(container, app, { cause }));
  const removal = draft.add(
    { kind: 'remove-container', id: `remove-container ${name}`, cause, appId: app.id, service, containerId: id },
    { needs: [stop ?? app.acquireLocks(`to replace or remove ${service}`), ...needs] },
  );
  device.removals.set(id, removal);
  addTo(app.preparations, service, removal);
  if (!device.networkExits.has(id)) device.networkExits.set(id, removal);
  return removal;
}

export interface Renaming {
  readonly name: string;
  readonly cause: string;
  readonly needs?: readonly (PlanNode | null | undefined)[];
}

/**
 * Gives a container another name. Engines refuse that while they wait to restart the container, so the plan waits as well:
 * the engine reports when it runs. A container in a crash loop may never be seen running. Nothing of it runs between two
 * runs, so it is stopped there, renamed and started again.
 *
 * @returns `null`: it cannot be renamed now
 */
export function renameContainer(
  container: ObservedContainer,
  app: AppPlanner,
  { name, cause, needs = [] }: Renaming,
): PlanNode | null {
  const { device, draft, id: appId } = app;
  const { identity, id, status } = container;
  const service = identity?.serviceName ?? '';
  let stop = device.stops.get(id);
  if (stop === undefined && status === 'restarting') {
    if (!app.input.policy.crashLooping.has(id)) {
      const message = 'the engine is about to restart its container, which gets its new name when it runs';
      draft.block({ appId, service, reason: 'engine', message });
      return null;
    }
    stop = stopContainer(container, app, { cause: 'it crashes again and again, and cannot be renamed meanwhile' });
    app.stoppedToRename.add(id);
  }
  const rename = draft.add(
    {
      kind: 'rename-container',
      id: `rename-container ${container.name}`,
      cause,
      appId,
      service,
      containerId: id,
      name,
    },
    { needs: [app.acquireLocks(`to rename ${service}`), stop, ...needs] },
  );
  app.renames.set(id, rename);
  addTo(app.preparations, service, rename);
  return rename;
}

/** @returns `null`: the container has that policy */
export function changeRestartPolicy(
  container: ObservedContainer,
  app: AppPlanner,
  { restart, cause }: { readonly restart: RestartPolicy; readonly cause: string },
): PlanNode | null {
  const { identity, id, config } = container;
  const service = identity?.serviceName ?? '';
  if (config.restart.name === restart.name && config.restart.maximumRetryCount === restart.maximumRetryCount)
    return null;
  const update = app.draft.add(
    {
      kind: 'update-container',
      id: updateContainerId(container),
      cause,
      appId: app.id,
      service,
      containerId: id,
      config: { resources: config.resources, restart },
    },
    { needs: [app.acquireLocks(`to hand over ${service}`)] },
  );
  app.updates.set(id, update);
  addTo(app.preparations, service, update);
  return update;
}

/** Creates a service's container, with its files and its connections to networks. */
export function createContainer(service: ServiceDecision, app: AppPlanner): void {
  const { spec, current, action } = service;
  const { device, draft, input, id: appId } = app;
  const config = configToCreate(service, app);
  if (config === null || (action.kind !== 'create' && action.kind !== 'replace')) return;
  const { name, image } = spec.service;
  const networks = Object.keys(config.networks);
  const creation = draft.add(
    {
      kind: 'create-container',
      id: `create-container ${spec.containerName}`,
      cause: action.cause,
      appId,
      service: name,
      name: spec.containerName,
      // By its name, unless that means another image by now.
      image: input.imageOf(spec.service) === input.findImage(image) ? image : (spec.service.contentId ?? image),
      config,
    },
    {
      needs: [
        // While an app is updated, nothing of the new release comes before the locks are ours.
        app.locks,
        ...(current === null ? [] : [device.removals.get(current.id), app.renames.get(current.id)]),
        ...(current === null ? [] : [app.clearedHandOvers.get(name)]),
        ...surplusRemovals(name, app),
        device.pulls.get(image),
        ...networks.map((network) => device.networkCreations.get(network)),
        ...spec.volumes.map((volume) => device.volumeCreations.get(volume)),
      ],
      follows: duplicateRemovals(networks, device),
    },
  );
  app.creations.set(name, [creation]);
  draft.onlyWith(creation, app.preparations.get(name) ?? []);
  const { replacedNetworks } = app.decision;
  const isBeside = isCreatedFirst(service, app.decision);
  connectNetworks(service, app, (network) => !isBeside || !replacedNetworks.has(network));
  app.creations.get(name)?.push(...putFiles(service, app, { container: spec.containerName, needs: [creation] }));
}

/** Connects a new container to those networks of its configuration that `isMeant` names. */
export function connectNetworks(
  { spec, config, action }: ServiceDecision,
  { draft, device, creations, decision, id: appId }: AppPlanner,
  isMeant: (network: string) => boolean,
): void {
  const service = spec.service.name;
  const nodes = creations.get(service);
  if (config === null || nodes === undefined || (action.kind !== 'create' && action.kind !== 'replace')) return;
  const [creation] = nodes;
  for (const [network, endpoint] of Object.entries(config.networks)) {
    if (network === config.networkMode || !isMeant(network)) continue;
    const isReplaced = decision.replacedNetworks.has(network);
    const connection = draft.add(
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
      { needs: [creation, isReplaced ? device.networkCreations.get(network) : null] },
    );
    nodes.push(connection);
  }
}

/** Puts a service's files into its container, which has not been started yet. */
export function putFiles(
  { spec: { service, files, containerName } }: ServiceDecision,
  { draft, id: appId }: AppPlanner,
  { container, needs = [] }: { readonly container: string; readonly needs?: readonly PlanNode[] },
): PlanNode[] {
  if (files.length === 0) return [];
  const cause = 'the service has configs or secrets';
  const put = { kind: 'put-files', cause, appId, service: service.name, container, files } as const;
  return [draft.add({ ...put, id: `put-files ${containerName}` }, { needs })];
}

/** Removals of the service's other containers: none of them runs beside a new one. */
export function surplusRemovals(service: string, { device, surplusByService }: AppPlanner): (PlanNode | undefined)[] {
  return (surplusByService.get(service) ?? []).map(({ id }) => device.removals.get(id));
}

/** Removals of duplicates: engines cannot attach a container by a name that two networks have. */
function duplicateRemovals(names: readonly string[], device: DevicePlanner): (PlanNode | undefined)[] {
  return names
    .flatMap((name) => device.input.networksByName.get(name) ?? [])
    .filter((network) => hasNamesake(network, device.input))
    .map(({ id }) => device.networkRemovals.get(id));
}

/** A container that waits for a reboot is labelled with the boot in which it was created. */
function configToCreate({ spec, action, config }: ServiceDecision, { input }: AppPlanner): ContainerConfig | null {
  const { bootId } = input;
  const requested = action.kind === 'replace' && action.order === 'requested';
  if (config === null || bootId === null || requested || !spec.updatePolicy.requiresReboot) return config;
  return { ...config, labels: { ...config.labels, [LABELS.bootId]: bootId } };
}
