import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { ObservedContainer, ObservedNetwork } from '../observed.ts';
import { specifyNetwork, type NetworkSpec } from '../spec/network-spec.ts';
import type { AppPlan } from './app-plan.ts';
import { compareNetworks } from './compare.ts';
import type { DevicePlan } from './device-plan.ts';
import type { Draft, PlanNode } from './graph.ts';
import { subnetsOverlap } from './subnets.ts';
import { unreadApps } from './unread-apps.ts';

/** What is wrong with a network. */
export interface NetworkDecision {
  readonly spec: NetworkSpec;
  /** `taken`: a network that is not ours has the name; `missing`: it is external and does not exist. */
  readonly status: 'absent' | 'equal' | 'changed' | 'taken' | 'missing';
  /** Networks of this name to remove: a changed one, and duplicates. */
  readonly surplus: readonly ObservedNetwork[];
  /** Why it is created or its surplus removed. */
  readonly cause: string;
}

/** Every app has a network `default`. It is not created on the engine when all services use the host's network. */
export function specifyNetworks(app: TargetApp, release: TargetRelease): NetworkSpec[] {
  const services = Object.values(release.services);
  const unused = services.length > 0 && services.every(({ composition }) => composition.network_mode === 'host');
  const wanted = { default: unused ? { config_only: true } : {}, ...release.networks };
  return Object.entries(wanted).map(([name, composition]) => specifyNetwork(name, composition, app));
}

export function decideNetwork(spec: NetworkSpec, device: DevicePlan): NetworkDecision {
  const named = device.networksByName.get(spec.name) ?? [];
  const ours = named.filter(({ supervised }) => supervised);
  if (ours.length < named.length) return { spec, status: 'taken', surplus: [], cause: '' };
  if (spec.external) return { spec, status: ours.length === 0 ? 'missing' : 'equal', surplus: [], cause: '' };
  const equal = mostUsed(
    ours.filter(({ config }) => compareNetworks(config, spec.config).length === 0),
    device,
  );
  if (equal !== undefined) {
    const surplus = ours.filter((one) => one !== equal);
    return { spec, status: 'equal', surplus, cause: 'there is another one of its name' };
  }
  const [changed] = ours;
  if (changed === undefined) {
    // A network of ours that has the addresses may be on its way out.
    const status = overlappingNetworks(spec, device).length === 0 ? 'absent' : 'changed';
    return { spec, status, surplus: [], cause: 'does not exist' };
  }
  return { spec, status: 'changed', surplus: ours, cause: compareNetworks(changed.config, spec.config).join('; ') };
}

/** The networks of an app, or of the device. */
export interface NetworksOf {
  readonly device: DevicePlan;
  readonly draft: Draft;
  /** Of the app; `null`: they belong to the device. */
  readonly id: number | null;
  readonly networks: readonly NetworkDecision[];
}

/** Creates the networks for which nothing has to go. */
export function planNewNetworks(plan: NetworksOf): void {
  for (const network of plan.networks) if (network.status === 'absent') createNetwork(network, plan, []);
}

/** Removes changed networks and duplicates. */
export function planNetworkRemovals({ device, draft, networks }: NetworksOf): void {
  for (const { surplus, cause } of networks) {
    for (const network of surplus) planNetworkRemoval(network, cause, { device, draft });
  }
}

/** Removes the networks of an app that its release does not have. */
export function planNetworkLeftovers({ device, id, networks, draft, requestsOnly }: AppPlan): void {
  if (requestsOnly) return;
  const wanted = new Set(networks.map(({ spec }) => spec.name));
  for (const network of device.networksByApp.get(id) ?? []) {
    if (!network.supervised || wanted.has(network.name)) continue;
    planNetworkRemoval(network, 'is not in the release', { device, draft });
  }
}

/** Removes the networks of apps that are not in the target. */
export function planAbsentNetworks(device: DevicePlan, draft: Draft): void {
  const { snapshot, target } = device.input;
  const ids = new Set(Object.values(target.apps).map(({ id }) => id));
  const unread = [...unreadApps(target)];
  for (const network of snapshot.networks) {
    if (!network.supervised || network.appId === null || ids.has(network.appId)) continue;
    if (unread.some((uuid) => network.name.startsWith(`${uuid}_`))) continue;
    planNetworkRemoval(network, 'the app is not in the target', { device, draft });
  }
}

/** Creates networks after those that have their name or addresses. */
export function planReplacedNetworks(plan: NetworksOf): void {
  for (const network of plan.networks) if (network.status === 'changed') replaceNetwork(network, plan);
}

function replaceNetwork(network: NetworkDecision, plan: NetworksOf): void {
  const { device, draft, id: appId } = plan;
  const others = overlappingNetworks(network.spec, device);
  const removals = [...network.surplus, ...others].map(({ id }) => device.networkRemovals.get(id));
  const creation = createNetwork(network, plan, removals);
  // What runs on the old network stays there until the new one can come.
  draft.onlyWith(creation, removals);
  const obstacle = others.find(({ id }) => !device.networkRemovals.has(id));
  if (obstacle === undefined) return;
  const message = `network ${network.spec.name} cannot have its addresses: network ${obstacle.name} has them (${obstacle.subnets?.join(', ')}); change one of the subnets, or remove the other network`;
  draft.hold(creation, { appId, service: null, reason: 'dependency', message });
}

function createNetwork(
  { spec, cause }: NetworkDecision,
  { device, draft, id: appId }: NetworksOf,
  needs: readonly (PlanNode | undefined)[],
): PlanNode {
  const { name, config } = spec;
  const creation = draft.add(
    { kind: 'create-network', id: `create-network ${name}`, cause, appId, service: null, name, config },
    { needs },
  );
  device.networkCreations.set(name, creation);
  return creation;
}

/** Removes a network when its containers have left; it stays while one of them stays. */
function planNetworkRemoval(
  network: ObservedNetwork,
  cause: string,
  { device, draft }: Pick<AppPlan, 'device' | 'draft'>,
): void {
  const { id, name, appId } = network;
  const attached = (device.containersByNetwork.get(name) ?? []).filter((one) => isAttached(one, network, device));
  const departures = attached.map((container) => device.departures.get(container.id));
  const suffix = hasNamesake(network, device) ? ` (${id.slice(0, 12)})` : '';
  const removal = draft.add(
    { kind: 'remove-network', id: `remove-network ${name}${suffix}`, cause, appId, service: null, networkId: id, name },
    { needs: departures },
  );
  device.networkRemovals.set(id, removal);
  if (departures.includes(undefined)) draft.hold(removal);
  if (network.usedByOthers !== true) return;
  const message = `network ${name} cannot be removed (${cause}): a container that is not ours is connected to it; disconnect that container`;
  draft.hold(removal, { appId, service: null, reason: 'dependency', message });
}

/** Other networks that have addresses of the wanted one. */
function overlappingNetworks({ name, config }: NetworkSpec, { input }: DevicePlan): ObservedNetwork[] {
  const wanted = config.ipam.config.map(({ subnet }) => subnet).filter((subnet) => subnet !== '');
  if (wanted.length === 0) return [];
  return input.snapshot.networks.filter(
    (network) =>
      network.name !== name &&
      network.subnets?.some((taken) => wanted.some((subnet) => subnetsOverlap(subnet, taken))) === true,
  );
}

/** Removals of duplicates: engines cannot attach a container by a name that two networks have. */
export function duplicateRemovals(names: readonly string[], device: DevicePlan): (PlanNode | undefined)[] {
  return names
    .flatMap((name) => device.networksByName.get(name) ?? [])
    .filter((network) => hasNamesake(network, device))
    .map(({ id }) => device.networkRemovals.get(id));
}

/** Of networks with one name, the one with the most containers: the fewest containers have to be replaced. */
function mostUsed(networks: readonly ObservedNetwork[], device: DevicePlan): ObservedNetwork | undefined {
  if (networks.length < 2) return networks[0];
  const users = ({ id, name }: ObservedNetwork): number =>
    (device.containersByNetwork.get(name) ?? []).filter(({ networkIds = [] }) => networkIds.includes(id)).length;
  return networks.toSorted((a, b) => users(b) - users(a))[0];
}

function isAttached(container: ObservedContainer, network: ObservedNetwork, device: DevicePlan): boolean {
  const { networkIds } = container;
  if (joinsLater(container)) return false;
  return networkIds === undefined || !hasNamesake(network, device) || networkIds.includes(network.id);
}

/** Whether a container never started, and joins its only network by name when it does. */
export function joinsLater({ startedAt, config }: ObservedContainer): boolean {
  return startedAt === null && Object.keys(config.networks).every((name) => name === config.networkMode);
}

function hasNamesake({ name }: ObservedNetwork, { networksByName }: DevicePlan): boolean {
  return (networksByName.get(name) ?? []).length > 1;
}
