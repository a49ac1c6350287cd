import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { VolumeConfig } from '../container-config.ts';
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '../observed.ts';
import { isTruthy, LABELS, withCurrentLabels } from '../spec/names.ts';
import { subnetsOf, subnetsOverlap } from '../spec/addresses.ts';
import { specifyNetwork, type NetworkSpec } from '../spec/network-spec.ts';
import { specifyVolume, type VolumeSpec } from '../spec/volume-spec.ts';
import { compareNetworks, compareVolumes } from './compare.ts';
import type { IndexedInput } from './indexed-input.ts';

/** The decision on a network. */
export interface NetworkDecision {
  readonly spec: NetworkSpec;
  /** `taken`: a network that is not ours has the name; `missing`: it is external and does not exist. */
  readonly status: 'absent' | 'equal' | 'changed' | 'taken' | 'missing';
  /** Networks of this name to remove: a changed one, and duplicates. */
  readonly surplus: readonly ObservedNetwork[];
  /** Why it is created or its surplus removed. */
  readonly cause: string;
}

/** The decision on a volume. */
export interface VolumeDecision {
  readonly spec: VolumeSpec;
  /** As in the compose file. */
  readonly name: string;
  /**
   * `taken`: a volume that is not ours has the name; `replaced`: it is removed with its data and created again;
   * `missing`: it is external and does not exist.
   */
  readonly status: 'absent' | 'present' | 'replaced' | 'taken' | 'missing';
  /** Why it is created or replaced. */
  readonly cause: string;
  /** Differences that are not applied: the volume holds data, and is replaced only where that is allowed. */
  readonly differences: readonly string[];
}

/** A label of the volume that allows to erase it when its driver or options change. */
export const RECREATE_LABEL = 'io.balena.volume.recreate';

/** Every app has a network `default`. It is not created on the engine when all services use the host's network. */
export function specifyNetworks(app: TargetApp, release: TargetRelease): NetworkSpec[] {
  const services = Object.values(release.services);
  const unused = services.length > 0 && services.every(({ composition }) => composition.network_mode === 'host');
  const wanted = { default: unused ? { config_only: true } : {}, ...release.networks };
  return Object.entries(wanted).map(([name, composition]) => specifyNetwork(name, composition, app));
}

export function decideNetwork(spec: NetworkSpec, input: IndexedInput): NetworkDecision {
  const named = input.networksByName.get(spec.name) ?? [];
  const ours = named.filter(({ supervised }) => supervised);
  if (ours.length < named.length) return { spec, status: 'taken', surplus: [], cause: '' };
  if (spec.external) return { spec, status: ours.length === 0 ? 'missing' : 'equal', surplus: [], cause: '' };
  const equal = mostUsed(
    ours.filter(({ config }) => compareNetworks(config, spec.config).length === 0),
    input,
  );
  if (equal !== undefined) {
    const surplus = ours.filter((one) => one !== equal);
    return { spec, status: 'equal', surplus, cause: 'there is another one of its name' };
  }
  const [changed] = ours;
  if (changed === undefined) {
    // A network of ours that has the addresses may be removed by this plan.
    const status = overlappingNetworks(spec, input).length === 0 ? 'absent' : 'changed';
    return { spec, status, surplus: [], cause: 'does not exist' };
  }
  return { spec, status: 'changed', surplus: ours, cause: compareNetworks(changed.config, spec.config).join('; ') };
}

export function decideVolumes(app: TargetApp, release: TargetRelease, input: IndexedInput): VolumeDecision[] {
  return Object.entries(release.volumes).map(([name, composition]): VolumeDecision => {
    const spec = specifyVolume(name, composition, { app, device: input.device });
    const decide = (status: VolumeDecision['status'], cause = '', differences: readonly string[] = []) => ({
      spec,
      name,
      status,
      cause,
      differences,
    });
    const observed = input.volumesByName.get(spec.name);
    if (observed === undefined) return decide(spec.external ? 'missing' : 'absent', 'does not exist');
    if (!isOurVolume(observed, app, input)) return decide('taken');
    if (spec.external) return decide('present');
    if (input.policy.requests.purge.has(spec.name)) return decide('replaced', 'a client asked to empty it');
    // Labels only describe a volume: its data is not erased for them.
    const erasing = compareVolumes({ ...observed.config, labels: spec.config.labels }, spec.config);
    return erasing.length > 0 && isTruthy(withCurrentLabels(spec.config.labels)[RECREATE_LABEL])
      ? decide('replaced', erasing.join('; '))
      : decide('present', '', compareVolumes(withOwnLabels(app, observed, spec), spec.config));
  });
}

/**
 * Whether a volume with our name is ours: it has our label, or a container of the app mounts it, or did. The engine makes
 * one without labels for a container whose volume was removed by hand before, and no engine adds labels to a volume.
 */
export function isOurVolume({ name, supervised }: ObservedVolume, { id }: TargetApp, input: IndexedInput): boolean {
  if (supervised || input.policy.mountedVolumes.has(name)) return true;
  return input.containersByVolume.get(name)?.some(({ identity }) => identity?.appId === id) === true;
}

/** A volume with problems is left alone: the services that mount it are blocked, with the reason. */
export function isUsable({ spec }: VolumeDecision): boolean {
  return spec.findings.problems.length === 0;
}

/** Other networks that have addresses of the wanted one. */
export function overlappingNetworks({ name, config }: NetworkSpec, { snapshot }: IndexedInput): ObservedNetwork[] {
  const wanted = subnetsOf(config);
  if (wanted.length === 0) return [];
  return snapshot.networks.filter(
    (network) =>
      network.name !== name &&
      network.subnets?.some((taken) => wanted.some((subnet) => subnetsOverlap(subnet, taken))) === true,
  );
}

/** Whether a container has never started and connects to its only network, by name, when it does. */
export function connectsAtStart({ startedAt, config }: ObservedContainer): boolean {
  return startedAt === null && Object.keys(config.networks).every((name) => name === config.networkMode);
}

export function hasNamesake({ name }: ObservedNetwork, { networksByName }: IndexedInput): boolean {
  return (networksByName.get(name) ?? []).length > 1;
}

/** Of networks with one name, the one with the most containers: the fewest containers have to be replaced. */
function mostUsed(networks: readonly ObservedNetwork[], input: IndexedInput): ObservedNetwork | undefined {
  if (networks.length < 2) return networks[0];
  const users = ({ id, name }: ObservedNetwork): number =>
    (input.containersByNetwork.get(name) ?? []).filter(({ networkIds = [] }) => networkIds.includes(id)).length;
  return networks.toSorted((a, b) => users(b) - users(a))[0];
}

/**
 * The label has the app's uuid of the time when the volume was created, which is no difference; nor is it one that a volume
 * which the engine made for our container has no labels.
 */
function withOwnLabels({ uuid }: TargetApp, { config, supervised }: ObservedVolume, spec: VolumeSpec): VolumeConfig {
  return { ...config, labels: supervised ? { ...config.labels, [LABELS.appUuid]: uuid } : spec.config.labels };
}
