import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { VolumeConfig } from '../container-config.ts';
import type { ObservedVolume } from '../observed.ts';
import { isTruthy, LABELS, withCurrentLabels } from '../spec/names.ts';
import { specifyVolume, type VolumeSpec } from '../spec/volume-spec.ts';
import type { AppPlan } from './app-plan.ts';
import { compareVolumes } from './compare.ts';
import type { DevicePlan } from './device-plan.ts';
import type { Draft, PlanNode } from './graph.ts';
import { unreadApps } from './unread-apps.ts';

/** What is wrong with a volume. */
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
const RECREATE_LABEL = 'io.balena.volume.recreate';

export function decideVolumes(app: TargetApp, release: TargetRelease, device: DevicePlan): VolumeDecision[] {
  return Object.entries(release.volumes).map(([name, composition]): VolumeDecision => {
    const spec = specifyVolume(name, composition, app);
    const decide = (status: VolumeDecision['status'], cause = '', differences: readonly string[] = []) => ({
      spec,
      name,
      status,
      cause,
      differences,
    });
    const observed = device.volumesByName.get(spec.name);
    if (observed === undefined) return decide(spec.external ? 'missing' : 'absent', 'does not exist');
    if (!observed.supervised) return decide('taken');
    if (spec.external) return decide('present');
    if (device.input.policy.requests.purge.has(spec.name)) return decide('replaced', 'a client asked to empty it');
    // Labels only describe a volume: its data is not erased for them.
    const erasing = compareVolumes({ ...observed.config, labels: spec.config.labels }, spec.config);
    return erasing.length > 0 && isTruthy(withCurrentLabels(spec.config.labels)[RECREATE_LABEL])
      ? decide('replaced', erasing.join('; '))
      : decide('present', '', compareVolumes(withUuidOf(app, observed.config), spec.config));
  });
}

/** Creates the volumes of an app that are missing. */
export function planNewVolumes({ device, id, volumes, draft }: AppPlan): void {
  for (const volume of volumes) {
    if (volume.status === 'absent' && isUsable(volume)) planVolume(volume, { device, draft, appId: id });
  }
}

/** Replaces the volumes of an app that may be, and removes those that a client asked to. */
export function planVolumes({ device, target, volumes, draft, requestsOnly }: AppPlan): void {
  if (requestsOnly || target === null) return;
  for (const volume of volumes) {
    if (volume.status !== 'absent' && isUsable(volume)) planVolume(volume, { device, draft, appId: target.id });
  }
  const wanted = new Set(volumes.map(({ spec }) => spec.name));
  const { snapshot, policy } = device.input;
  for (const volume of policy.requests.purge.size === 0 ? [] : snapshot.volumes) {
    if (!volume.supervised || !isVolumeOf(target, volume) || wanted.has(volume.name)) continue;
    if (!policy.requests.purge.has(volume.name)) continue;
    planVolumeRemoval(volume, 'a client asked to remove it', { device, draft, appId: target.id });
  }
}

/** Removes the volumes of apps that are not in the target, unless they are kept. */
export function planAbsentVolumes(device: DevicePlan, draft: Draft, keep: boolean): void {
  const { snapshot, target, policy } = device.input;
  const uuids = new Set([...unreadApps(target), ...Object.values(target.apps).map(({ uuid }) => uuid)]);
  const ids = new Set(Object.values(target.apps).map(({ id }) => String(id)));
  for (const volume of snapshot.volumes) {
    if (!volume.supervised || volume.appUuid === null || uuids.has(volume.appUuid)) continue;
    if (ids.has(volume.name.split('_', 1)[0] ?? '')) continue;
    if (keep && !policy.requests.purge.has(volume.name)) continue;
    planVolumeRemoval(volume, 'the app is not in the target', { device, draft, appId: null });
  }
}

/** A volume with problems is left alone: the services that mount it are blocked, with the reason. */
function isUsable({ spec }: VolumeDecision): boolean {
  return spec.findings.problems.length === 0;
}

export interface VolumePlan {
  readonly device: DevicePlan;
  readonly draft: Draft;
  readonly appId: number | null;
}

export function planVolume({ spec, name, status, cause, differences }: VolumeDecision, plan: VolumePlan): void {
  const { device, draft, appId } = plan;
  if (status === 'absent' || status === 'replaced') {
    const observed = device.volumesByName.get(spec.name);
    const creation = draft.add(
      {
        kind: 'create-volume',
        id: `create-volume ${spec.name}`,
        cause,
        appId,
        service: null,
        name: spec.name,
        config: spec.config,
      },
      { needs: observed === undefined ? [] : [planVolumeRemoval(observed, cause, plan)] },
    );
    device.volumeCreations.set(spec.name, creation);
  } else if (differences.length > 0 && appId !== null) {
    draft.notice({
      appId,
      service: null,
      field: `volumes.${name}`,
      reason: `${differences.join('; ')} is not applied: the volume holds data and stays as it is; purge the app, or allow it with the label ${RECREATE_LABEL}`,
    });
  }
}

/** Whether a volume belongs to an app. A volume that a preloaded image brought has the app's id and another uuid. */
function isVolumeOf({ id, uuid }: TargetApp, { name, appUuid }: ObservedVolume): boolean {
  return appUuid === uuid || name.startsWith(`${id}_`);
}

/** The label has the app's uuid of the time when the volume was created, which is no difference. */
function withUuidOf({ uuid }: TargetApp, config: VolumeConfig): VolumeConfig {
  return { ...config, labels: { ...config.labels, [LABELS.appUuid]: uuid } };
}

/** Removes a volume after the containers that mount it; it stays while one of them stays. */
function planVolumeRemoval(volume: ObservedVolume, cause: string, { device, draft, appId }: VolumePlan): PlanNode {
  const removals = (device.containersByVolume.get(volume.name) ?? []).map(({ id }) => device.removals.get(id));
  const removal = draft.add(
    { kind: 'remove-volume', id: `remove-volume ${volume.name}`, cause, appId, service: null, name: volume.name },
    { needs: removals },
  );
  if (removals.includes(undefined)) draft.hold(removal);
  return removal;
}
