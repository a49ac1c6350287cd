import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { VolumeConfig } from '../container-config.ts';
import type { EngineSnapshot, ObservedVolume } from '../observed.ts';
import { isTruthy, LABELS, withCurrentLabels } from '../spec/names.ts';
import { specifyVolume, type VolumeSpec } from '../spec/volume-spec.ts';
import { compareVolumes } from './compare.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { PlanContext } from './plan-input.ts';
import { removeContainerId } from './plan-networks.ts';

/** How a volume on the engine stands to the wanted one. */
export interface VolumeAssessment {
  readonly spec: VolumeSpec;
  /** As in the compose file. */
  readonly name: string;
  /**
   * `taken`: a volume that is not ours has the name; `replaced`: it is removed with its data and created anew;
   * `missing`: it is external, and nobody made it yet.
   */
  readonly status: 'absent' | 'present' | 'replaced' | 'taken' | 'missing';
  /** Why it is created or replaced. */
  readonly cause: string;
  /** What of it is not as wanted; it holds data, so it stays as it is unless it may be replaced. */
  readonly differences: readonly string[];
}

/** Allows, as a label of the volume, to erase it when its driver or options change. */
const RECREATE_LABEL = 'io.balena.volume.recreate';

export function assessVolumes(
  app: TargetApp,
  release: TargetRelease,
  { snapshot, policy }: PlanContext,
): VolumeAssessment[] {
  return Object.entries(release.volumes).map(([name, composition]) => {
    const spec = specifyVolume(name, composition, app);
    const observed = snapshot.volumes.find((volume) => volume.name === spec.name);
    if (observed === undefined) {
      return { spec, name, status: spec.external ? 'missing' : 'absent', cause: 'does not exist', differences: [] };
    }
    if (!observed.supervised) return { spec, name, status: 'taken', cause: '', differences: [] };
    if (spec.external) return { spec, name, status: 'present', cause: '', differences: [] };
    if (policy.requests.purge.has(spec.name)) {
      return { spec, name, status: 'replaced', cause: 'a client asked to empty it', differences: [] };
    }
    const differences = compareVolumes(withUuidOf(app, observed.config), spec.config);
    // Its labels only describe it: nobody wants to lose data for them.
    const erasing = compareVolumes({ ...observed.config, labels: spec.config.labels }, spec.config);
    return erasing.length > 0 && isTruthy(withCurrentLabels(spec.config.labels)[RECREATE_LABEL])
      ? { spec, name, status: 'replaced', cause: erasing.join('; '), differences: [] }
      : { spec, name, status: 'present', cause: '', differences };
  });
}

export function planVolume(
  { spec, name, status, cause, differences }: VolumeAssessment,
  { app, snapshot, draft }: { app: TargetApp; snapshot: EngineSnapshot; draft: PlanDraft },
): void {
  const observed = snapshot.volumes.find((volume) => volume.name === spec.name);
  if (status === 'absent' || status === 'replaced') {
    const removal =
      status === 'replaced' && observed !== undefined
        ? [planVolumeRemoval(observed, { cause, appId: app.id, snapshot, draft })]
        : [];
    draft.add({
      kind: 'create-volume',
      id: createVolumeId(spec.name),
      dependsOn: removal,
      cause,
      appId: app.id,
      service: null,
      name: spec.name,
      config: spec.config,
    });
  } else if (differences.length > 0) {
    draft.notice({
      appId: app.id,
      service: null,
      field: `volumes.${name}`,
      reason: `${differences.join('; ')} is not applied: the volume holds data and stays as it is; purge the app, or allow it with the label ${RECREATE_LABEL}`,
    });
  }
}

/** The label with which an app's volume was made says the uuid of then, which is no difference to anybody. */
function withUuidOf({ uuid }: TargetApp, config: VolumeConfig): VolumeConfig {
  return { ...config, labels: { ...config.labels, [LABELS.appUuid]: uuid } };
}

/** Also when the app had another uuid: one that a developer, or an old image of the device, brought had its id for it. */
export function isVolumeOf({ id, uuid }: TargetApp, { name, appUuid }: ObservedVolume): boolean {
  return appUuid === uuid || name.startsWith(`${id}_`);
}

/** Removes a volume after the containers that use it. */
export function planVolumeRemoval(
  volume: ObservedVolume,
  {
    cause,
    appId,
    snapshot,
    draft,
  }: { cause: string; appId: number | null; snapshot: EngineSnapshot; draft: PlanDraft },
): string {
  const users = snapshot.containers.filter(({ config }) => config.mounts.some(({ source }) => source === volume.name));
  return draft.add({
    kind: 'remove-volume',
    id: `remove-volume ${volume.name}`,
    dependsOn: users.map(removeContainerId),
    cause,
    appId,
    service: null,
    name: volume.name,
  });
}

export function createVolumeId(name: string): string {
  return `create-volume ${name}`;
}
