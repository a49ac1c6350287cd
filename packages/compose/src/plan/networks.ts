import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { ObservedContainer, ObservedNetwork } from '../observed.ts';
import { specifyNetwork, type NetworkSpec } from '../spec/network-spec.ts';
import type { AppPlan } from './app-plan.ts';
import { compareNetworks } from './compare.ts';
import type { DevicePlan } from './device-plan.ts';
import type { Draft, PlanNode } from './graph.ts';

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
  if (changed === undefined) return { spec, status: 'absent', surplus: [], cause: 'does not exist' };
  return { spec, status: 'changed', surplus: ours, cause: compareNetworks(changed.config, spec.config).join('; ') };
}

/** Creates the networks of an app that are missing, and replaces those that changed. */
export function planNetworks({ device, id, networks, draft, requestsOnly }: AppPlan): void {
  if (requestsOnly) return;
  for (const network of networks) planNetwork(network, { device, draft, appId: id });
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

export function planNetwork(
  { spec, status, surplus, cause }: NetworkDecision,
  { device, draft, appId }: { readonly device: DevicePlan; readonly draft: Draft; readonly appId: number | null },
): void {
  const removals = surplus.map((network) => planNetworkRemoval(network, cause, { device, draft }));
  if (status !== 'absent' && status !== 'changed') return;
  const creation = draft.add(
    {
      kind: 'create-network',
      id: `create-network ${spec.name}`,
      cause,
      appId,
      service: null,
      name: spec.name,
      config: spec.config,
    },
    { needs: removals },
  );
  device.networkCreations.set(spec.name, creation);
}

/** Removes a network after its containers; it stays while one of them stays. */
export function planNetworkRemoval(
  network: ObservedNetwork,
  cause: string,
  { device, draft }: Pick<AppPlan, 'device' | 'draft'>,
): PlanNode {
  const { id, name, appId } = network;
  const attached = (device.containersByNetwork.get(name) ?? []).filter((one) => isAttached(one, network, device));
  const removals = attached.map((container) => device.removals.get(container.id));
  const suffix = hasNamesake(network, device) ? ` (${id.slice(0, 12)})` : '';
  const removal = draft.add(
    { kind: 'remove-network', id: `remove-network ${name}${suffix}`, cause, appId, service: null, networkId: id, name },
    { needs: removals },
  );
  if (removals.includes(undefined)) draft.hold(removal);
  device.networkRemovals.set(id, removal);
  return removal;
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

function isAttached({ networkIds }: ObservedContainer, network: ObservedNetwork, device: DevicePlan): boolean {
  return networkIds === undefined || !hasNamesake(network, device) || networkIds.includes(network.id);
}

function hasNamesake({ name }: ObservedNetwork, { networksByName }: DevicePlan): boolean {
  return (networksByName.get(name) ?? []).length > 1;
}
