import { compare, coerce } from 'semver';

/** The facts that decide where a device keeps its boot configuration. */
export interface DeviceKind {
  /** Slug, e.g. `raspberrypi4-64`. */
  readonly deviceType: string;
  /** Of the host, e.g. `2.115.1+rev1`; `null`: not known. */
  readonly osVersion: string | null;
}

export function isRaspberry({ deviceType }: DeviceKind): boolean {
  return (
    deviceType.startsWith('raspberry') ||
    deviceType.startsWith('revpi-') ||
    ['fincm3', 'rt-rpi-300', '243390-rpi3', 'nebra-hnt'].includes(deviceType)
  );
}

/** Overlays without which a device of this type does not work. */
export function requiredOverlays({ deviceType }: DeviceKind): readonly string[] {
  return deviceType === 'fincm3' ? ['balena-fin'] : [];
}

/** From 2.47.0 on the operating system replaces extlinux.conf itself. */
export function bootsByExtlinux({ deviceType, osVersion }: DeviceKind): boolean {
  if (!deviceType.startsWith('jetson-')) return false;
  const version = coerce(osVersion ?? '');
  return version !== null && compare(version, '2.47.0') < 0;
}

/** Those that have an extra_uEnv.txt, if it is there. */
export function mayHaveExtraUEnv({ deviceType }: DeviceKind): boolean {
  return /^(jetson-|photon-)|-(nano|tx2|orin)(-|$)|imx8/.test(deviceType);
}

export function hasOdmData({ deviceType }: DeviceKind): boolean {
  return deviceType.endsWith('-tx2');
}

export function isUpBoard({ deviceType }: DeviceKind): boolean {
  return deviceType === 'up-board';
}

export function hasPowerModes({ deviceType }: DeviceKind): boolean {
  return deviceType.includes('-orin-');
}
