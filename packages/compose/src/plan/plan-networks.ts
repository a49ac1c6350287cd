import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer, ObservedNetwork } from '../observed.ts';
import { specifyNetwork, type NetworkSpec } from '../spec/network-spec.ts';
import { compareNetworks } from './compare.ts';
import type { PlanDraft } from './plan-draft.ts';

/** How a network on the engine stands to the wanted one. */
export interface NetworkAssessment {
  readonly spec: NetworkSpec;
  /** `taken`: a network that is not ours has the name; `missing`: it is external, and nobody made it yet. */
  readonly status: 'absent' | 'equal' | 'changed' | 'taken' | 'missing';
  /** Those of this name to be removed: a changed one, and duplicates. */
  readonly surplus: readonly ObservedNetwork[];
  readonly cause: string;
}

/** Every app has a network `default`; where all its services use the host's, it exists by name only. */
export function specifyNetworks(app: TargetApp, release: TargetRelease): NetworkSpec[] {
  const services = Object.values(release.services);
  const unused = services.length > 0 && services.every(({ composition }) => composition.network_mode === 'host');
  const wanted = { default: unused ? { config_only: true } : {}, ...release.networks };
  return Object.entries(wanted).map(([name, composition]) => specifyNetwork(name, composition, app));
}

export function assessNetwork(spec: NetworkSpec, snapshot: EngineSnapshot): NetworkAssessment {
  const named = snapshot.networks.filter(({ name }) => name === spec.name);
  const ours = named.filter(({ supervised }) => supervised);
  if (ours.length < named.length) return { spec, status: 'taken', surplus: [], cause: '' };
  if (spec.external) return { spec, status: ours.length === 0 ? 'missing' : 'equal', surplus: [], cause: '' };
  const equal = ours.find(({ config }) => compareNetworks(config, spec.config).length === 0);
  if (equal !== undefined) {
    return { spec, status: 'equal', surplus: ours.filter((one) => one !== equal), cause: 'duplicate' };
  }
  const [changed] = ours;
  if (changed === undefined) return { spec, status: 'absent', surplus: [], cause: 'does not exist' };
  return { spec, status: 'changed', surplus: ours, cause: compareNetworks(changed.config, spec.config).join('; ') };
}

/** Creates the network if it is not there, and replaces it once the containers on it are gone if it is not as wanted. */
export function planNetwork(
  { spec, status, surplus, cause }: NetworkAssessment,
  { appId, snapshot, draft }: { appId: number | null; snapshot: EngineSnapshot; draft: PlanDraft },
): void {
  const removals = surplus.map((network) => planNetworkRemoval(network, { cause, snapshot, draft }));
  if (status !== 'absent' && status !== 'changed') return;
  draft.add({
    kind: 'create-network',
    id: createNetworkId(spec.name),
    dependsOn: removals,
    cause,
    appId,
    service: null,
    name: spec.name,
    config: spec.config,
  });
}

/** Removes a network after the containers on it; never while one of them stays. */
export function planNetworkRemoval(
  network: ObservedNetwork,
  { cause, snapshot, draft }: { cause: string; snapshot: EngineSnapshot; draft: PlanDraft },
): string {
  return draft.add({
    kind: 'remove-network',
    id: `remove-network ${network.name}${isDuplicate(network, snapshot) ? ` (${network.id.slice(0, 12)})` : ''}`,
    dependsOn: snapshot.containers.filter((one) => isAttached(one, network)).map(removeContainerId),
    cause,
    appId: network.appId,
    service: null,
    networkId: network.id,
    name: network.name,
  });
}

export function createNetworkId(name: string): string {
  return `create-network ${name}`;
}

export function removeContainerId({ name }: ObservedContainer): string {
  return `remove-container ${name}`;
}

export function stopContainerId({ name }: ObservedContainer): string {
  return `stop-container ${name}`;
}

function isAttached(container: ObservedContainer, network: ObservedNetwork): boolean {
  return Object.hasOwn(container.config.networks, network.name) || container.config.networkMode === network.name;
}

function isDuplicate(network: ObservedNetwork, { networks }: EngineSnapshot): boolean {
  return networks.some((other) => other.name === network.name && other.id !== network.id);
}
