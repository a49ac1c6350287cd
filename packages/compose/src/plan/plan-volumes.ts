import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { EngineSnapshot } from '../observed.ts';
import { specifyVolume, type VolumeSpec } from '../spec/volume-spec.ts';
import { compareVolumes } from './compare.ts';
import type { PlanDraft } from './plan-draft.ts';

/** How a volume on the engine stands to the wanted one. */
export interface VolumeAssessment {
  readonly spec: VolumeSpec;
  /** As in the compose file. */
  readonly name: string;
  /** `taken`: a volume that is not ours has the name. */
  readonly status: 'absent' | 'present' | 'taken';
  /** What of its options is not as wanted; it holds data, so it stays as it is. */
  readonly differences: readonly string[];
}

export function assessVolumes(app: TargetApp, release: TargetRelease, snapshot: EngineSnapshot): VolumeAssessment[] {
  return Object.entries(release.volumes).map(([name, composition]) => {
    const spec = specifyVolume(name, composition, app);
    const observed = snapshot.volumes.find((volume) => volume.name === spec.name);
    if (observed === undefined) return { spec, name, status: 'absent', differences: [] };
    if (!observed.supervised) return { spec, name, status: 'taken', differences: [] };
    return { spec, name, status: 'present', differences: compareVolumes(observed.config, spec.config) };
  });
}

export function planVolume(
  { spec, name, status, differences }: VolumeAssessment,
  app: TargetApp,
  draft: PlanDraft,
): void {
  if (status === 'absent') {
    draft.add({
      kind: 'create-volume',
      id: createVolumeId(spec.name),
      dependsOn: [],
      cause: 'does not exist',
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
      reason: `${differences.join('; ')} is not applied: the volume holds data and stays as it is; remove it to have it created anew`,
    });
  }
}

export function createVolumeId(name: string): string {
  return `create-volume ${name}`;
}
