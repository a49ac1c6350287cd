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
  const equal = mostUsed(
    ours.filter(({ config }) => compareNetworks(config, spec.config).length === 0),
    snapshot,
  );
  if (equal !== undefined) {
    const surplus = ours.filter((one) => one !== equal);
    return { spec, status: 'equal', surplus, cause: 'there is another one of its name' };
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
    id: removeNetworkId(network, snapshot),
    dependsOn: snapshot.containers.filter((one) => isAttached(one, network, snapshot)).map(removeContainerId),
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

/** Ids of the removals of networks whose name another one has, too: engines take no name that two have. */
export function duplicateRemovalIds(names: readonly string[], snapshot: EngineSnapshot): string[] {
  return snapshot.networks
    .filter((network) => names.includes(network.name) && namesakes(network, snapshot).length > 0)
    .map((network) => removeNetworkId(network, snapshot));
}

export function removeContainerId({ name }: ObservedContainer): string {
  return `remove-container ${name}`;
}

export function stopContainerId({ name }: ObservedContainer): string {
  return `stop-container ${name}`;
}

function removeNetworkId(network: ObservedNetwork, snapshot: EngineSnapshot): string {
  const isAlone = namesakes(network, snapshot).length === 0;
  return `remove-network ${network.name}${isAlone ? '' : ` (${network.id.slice(0, 12)})`}`;
}

/** Of networks of one name the one that most containers are in: the fewest have to be replaced. */
function mostUsed(networks: readonly ObservedNetwork[], snapshot: EngineSnapshot): ObservedNetwork | undefined {
  const users = ({ id }: ObservedNetwork): number =>
    snapshot.containers.filter(({ networkIds = [] }) => networkIds.includes(id)).length;
  return networks.toSorted((a, b) => users(b) - users(a))[0];
}

function isAttached(container: ObservedContainer, network: ObservedNetwork, snapshot: EngineSnapshot): boolean {
  const { config, networkIds } = container;
  if (!Object.hasOwn(config.networks, network.name) && config.networkMode !== network.name) return false;
  const isTheOnlyOne = namesakes(network, snapshot).length === 0;
  return isTheOnlyOne || networkIds === undefined || networkIds.includes(network.id);
}

function namesakes({ id, name }: ObservedNetwork, { networks }: EngineSnapshot): ObservedNetwork[] {
  return networks.filter((other) => other.name === name && other.id !== id);
}
