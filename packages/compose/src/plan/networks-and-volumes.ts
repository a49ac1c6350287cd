import {
  connectsAtStart,
  hasNamesake,
  isOurVolume,
  isUsable,
  overlappingNetworks,
  type NetworkDecision,
  type VolumeDecision,
} from '../decide/networks-and-volumes.ts';
import type { IndexedInput } from '../decide/indexed-input.ts';
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '../observed.ts';
import type { Draft, PlanNode } from './graph.ts';
import type { AppPlanner, DevicePlanner, PlanPart } from './planner.ts';

/** Creates networks that nothing has to be removed for. */
export function planNewNetworks(networks: readonly NetworkDecision[], part: PlanPart): void {
  for (const network of networks) if (network.status === 'absent') createNetwork(network, part, []);
}

/** Removes changed networks and duplicates. */
export function planNetworkRemovals(networks: readonly NetworkDecision[], { device, draft }: PlanPart): void {
  for (const { surplus, cause } of networks) {
    for (const network of surplus) removeNetwork(network, cause, { device, draft });
  }
}

/** Removes the networks of an app that its release does not have. */
export function planLeftoverNetworks({ device, id, decision, draft }: AppPlanner): void {
  if (decision.requestsOnly) return;
  const wanted = new Set(decision.networks.map(({ spec }) => spec.name));
  for (const network of device.input.networksByApp.get(id) ?? []) {
    if (!network.supervised || wanted.has(network.name)) continue;
    removeNetwork(network, 'is not in the release', { device, draft });
  }
}

/** Removes the networks of apps that are not in the target. */
export function planAbsentNetworks(device: DevicePlanner, draft: Draft): void {
  const { snapshot, target, unreadApps } = device.input;
  const ids = new Set(Object.values(target.apps).map(({ id }) => id));
  for (const network of snapshot.networks) {
    if (!network.supervised || network.appId === null || ids.has(network.appId)) continue;
    if ([...unreadApps].some((uuid) => network.name.startsWith(`${uuid}_`))) continue;
    removeNetwork(network, 'the app is not in the target', { device, draft });
  }
}

/** Creates networks after the removal of those that have their name or addresses. */
export function planReplacedNetworks(networks: readonly NetworkDecision[], part: PlanPart): void {
  for (const network of networks) if (network.status === 'changed') replaceNetwork(network, part);
}

function replaceNetwork(network: NetworkDecision, part: PlanPart): void {
  const { device, draft, id: appId } = part;
  const others = overlappingNetworks(network.spec, device.input);
  const removals = [...network.surplus, ...others].map(({ id }) => device.networkRemovals.get(id));
  const creation = createNetwork(network, part, removals);
  // Containers stay on the old network until the new one can be created.
  draft.onlyWith(creation, removals);
  const obstacle = others.find(({ id }) => !device.networkRemovals.has(id));
  if (obstacle === undefined) return;
  const message = `network ${network.spec.name} cannot have its addresses: network ${obstacle.name} has them (${obstacle.subnets?.join(', ')}); change one of the subnets, or remove the other network`;
  draft.hold(creation, { appId, service: null, reason: 'dependency', message });
}

function createNetwork(
  { spec, cause }: NetworkDecision,
  { device, draft, id: appId }: PlanPart,
  needs: readonly (PlanNode | undefined)[],
): PlanNode {
  const { name, config } = spec;
  const creation = draft.add(
    { kind: 'create-network', id: `create-network ${name}`, cause, appId, service: null, name, config },
    { needs },
  );
  device.networkCreations.set(name, creation);
  const [problem] = spec.findings.problems;
  if (problem !== undefined) {
    const message = `${problem.field}: ${problem.reason}`;
    draft.hold(creation, { appId, service: null, reason: 'invalid', message });
  }
  return creation;
}

/** Removes a network when its containers have left; it stays while one of them stays. */
function removeNetwork(
  network: ObservedNetwork,
  cause: string,
  { device, draft }: Pick<PlanPart, 'device' | 'draft'>,
): void {
  const { id, name, appId } = network;
  const { input } = device;
  const attached = (input.containersByNetwork.get(name) ?? []).filter((one) => isAttached(one, network, input));
  const exits = attached.map((container) => device.networkExits.get(container.id));
  const suffix = hasNamesake(network, input) ? ` (${id.slice(0, 12)})` : '';
  const removal = draft.add(
    { kind: 'remove-network', id: `remove-network ${name}${suffix}`, cause, appId, service: null, networkId: id, name },
    { needs: exits },
  );
  device.networkRemovals.set(id, removal);
  if (exits.includes(undefined)) draft.hold(removal);
  if (network.usedByOthers !== true) return;
  const message = `network ${name} cannot be removed (${cause}): a container that is not ours is connected to it; disconnect that container`;
  draft.hold(removal, { appId, service: null, reason: 'dependency', message });
}

function isAttached(container: ObservedContainer, network: ObservedNetwork, input: IndexedInput): boolean {
  const { networkIds } = container;
  if (connectsAtStart(container)) return false;
  return networkIds === undefined || !hasNamesake(network, input) || networkIds.includes(network.id);
}

/** Creates the volumes of an app that are missing. */
export function planNewVolumes(app: AppPlanner): void {
  for (const volume of app.decision.volumes) {
    if (volume.status === 'absent' && isUsable(volume)) planVolume(volume, app);
  }
}

/** Replaces the volumes of an app that may be, and removes those that a client asked to. */
export function planVolumes(app: AppPlanner): void {
  const { target, requestsOnly, volumes } = app.decision;
  if (requestsOnly || target === null) return;
  for (const volume of volumes) if (volume.status === 'replaced' && isUsable(volume)) planVolume(volume, app);
  const wanted = new Set(volumes.map(({ spec }) => spec.name));
  const { snapshot, policy } = app.input;
  for (const volume of policy.requests.purge.size === 0 ? [] : snapshot.volumes) {
    // A volume that a preloaded image brought has the app's id and another uuid.
    const isOfApp = volume.appUuid === target.uuid || volume.name.startsWith(`${target.id}_`);
    if (!isOfApp || wanted.has(volume.name) || !isOurVolume(volume, target, app.input)) continue;
    if (policy.requests.purge.has(volume.name)) removeVolume(volume, 'a client asked to remove it', app);
  }
}

/** Removes the volumes of apps that are not in the target, unless they are kept. */
export function planAbsentVolumes(device: DevicePlanner, draft: Draft, keep: boolean): void {
  const { snapshot, target, policy, unreadApps } = device.input;
  const uuids = new Set([...unreadApps, ...Object.values(target.apps).map(({ uuid }) => uuid)]);
  const ids = new Set(Object.values(target.apps).map(({ id }) => String(id)));
  for (const volume of snapshot.volumes) {
    if (!volume.supervised || volume.appUuid === null || uuids.has(volume.appUuid)) continue;
    if (ids.has(volume.name.split('_', 1)[0] ?? '')) continue;
    if (keep && !policy.requests.purge.has(volume.name)) continue;
    removeVolume(volume, 'the app is not in the target', { device, draft, id: null });
  }
}

/** Creates a volume, after the removal of the one that has its name. */
export function planVolume({ spec, cause }: VolumeDecision, part: PlanPart): void {
  const { device, draft, id: appId } = part;
  const { name, config } = spec;
  const observed = device.input.volumesByName.get(name);
  const creation = draft.add(
    { kind: 'create-volume', id: `create-volume ${name}`, cause, appId, service: null, name, config },
    { needs: observed === undefined ? [] : [removeVolume(observed, cause, part)] },
  );
  device.volumeCreations.set(name, creation);
}

/** Removes a volume after the containers that mount it; it stays while one of them stays. */
function removeVolume({ name }: ObservedVolume, cause: string, { device, draft, id: appId }: PlanPart): PlanNode {
  const removals = (device.input.containersByVolume.get(name) ?? []).map(({ id }) => device.removals.get(id));
  const removal = draft.add(
    { kind: 'remove-volume', id: `remove-volume ${name}`, cause, appId, service: null, name },
    { needs: removals },
  );
  if (removals.includes(undefined)) draft.hold(removal);
  return removal;
}
