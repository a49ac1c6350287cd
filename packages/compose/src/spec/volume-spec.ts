import type { TargetApp, VolumeComposition } from '@device-supervisor/state';
import type { VolumeConfig } from '../container-config.ts';
import { FindingCollector, type Findings } from './findings.ts';
import { hostPathIn } from './host-path-in.ts';
import { toMap } from './list-or-map.ts';
import { EXTRA_FIRMWARE_VOLUME, externalName, LABELS, volumeName } from './names.ts';
import type { DeviceFacts } from './device-facts.ts';
import { HOST_PATH_REFUSED } from './parse-mount.ts';
import { BELONGS_TO_OTHERS, EXTERNAL_APPLIED, NAMED_BY_US, unknownFields } from './note-unapplied.ts';

/** A volume as the engine shall have it. */
export interface VolumeSpec {
  /** Name on the engine. */
  readonly name: string;
  /** It is created and removed elsewhere, and used with any configuration. */
  readonly external: boolean;
  readonly config: VolumeConfig;
  readonly findings: Findings;
}

const APPLIED = ['driver', 'driver_opts', 'labels', 'external'];

/** The volume that the label `io.balena.features.extra-firmware` mounts; shared by all apps, and so without labels. */
export const EXTRA_FIRMWARE_VOLUME_SPEC: VolumeSpec = {
  name: EXTRA_FIRMWARE_VOLUME,
  external: false,
  config: { driver: 'local', driverOpts: {}, labels: {} },
  findings: { notices: [], problems: [] },
};

/** Reads one of an app's volumes. */
export function specifyVolume(
  name: string,
  composition: VolumeComposition,
  { app, device }: { readonly app: TargetApp; readonly device: DeviceFacts },
): VolumeSpec {
  const findings = new FindingCollector();
  const external = externalName(name, composition) !== null;
  for (const field of unknownFields(composition, new Set(external ? EXTERNAL_APPLIED : APPLIED))) {
    const reason = external ? BELONGS_TO_OTHERS : field === 'name' ? NAMED_BY_US : 'is not supported and has no effect';
    findings.notice(`volumes.${name}.${field}`, reason);
  }
  const hostPath = external || device.allowsHostPaths ? null : hostPathIn(composition);
  if (hostPath !== null) findings.problem(`volumes.${name}.driver_opts`, `mounts ${hostPath}: ${HOST_PATH_REFUSED}`);
  return {
    name: volumeName(app, name, composition),
    external,
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
