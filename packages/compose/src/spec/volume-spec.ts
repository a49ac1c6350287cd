import type { TargetApp, VolumeComposition } from '@device-supervisor/state';
import type { VolumeConfig } from '../container-config.ts';
import { FindingCollector, type Findings } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { LABELS, volumeName } from './names.ts';

/** A volume as the engine shall have it. */
export interface VolumeSpec {
  /** Name on the engine. */
  readonly name: string;
  readonly config: VolumeConfig;
  readonly findings: Findings;
}

const KNOWN_FIELDS = ['driver', 'driver_opts', 'labels', 'name'];

/** Reads one of an app's volumes. */
export function specifyVolume(name: string, composition: VolumeComposition, app: TargetApp): VolumeSpec {
  const findings = new FindingCollector();
  for (const field of Object.keys(composition)) {
    if (!KNOWN_FIELDS.includes(field) && !field.startsWith('x-')) {
      findings.notice(`volumes.${name}.${field}`, 'is not supported and has no effect');
    }
  }
  return {
    name: volumeName(app, name),
    findings,
    config: {
      driver: composition.driver ?? 'local',
      driverOpts: toMap(composition.driver_opts),
      labels: {
        ...toMap(composition.labels),
        [LABELS.supervised]: 'true',
        [LABELS.appUuid]: app.uuid,
      },
    },
  };
}
