import { formatContainerName, type TargetApp, type TargetRelease, type TargetService } from '@device-supervisor/state';

/** The bridge on which services reach the supervisor's API. */
export const SUPERVISOR_NETWORK = 'supervisor0';

/** The volume with firmware beside the host's; shared by all apps. */
export const EXTRA_FIRMWARE_VOLUME = 'extra-firmware';

export const LABELS = {
  supervised: 'io.balena.supervised',
  appId: 'io.balena.app-id',
  appUuid: 'io.balena.app-uuid',
  serviceId: 'io.balena.service-id',
  serviceName: 'io.balena.service-name',
  /** Boot of the host in which a container was created that starts after the next one. */
  bootId: 'io.balena.private.boot-id',
  userIpam: 'io.balena.private.ipam.config',
} as const;

export function containerName({ name, imageId }: TargetService, { id, commit }: TargetRelease): string {
  return formatContainerName({ service: name, imageId, releaseId: id, commit });
}

/** Name of one of an app's networks on the engine. */
export function networkName(app: TargetApp, network: string, composition: MaybeExternal = {}): string {
  return externalName(network, composition) ?? `${app.uuid}_${network}`;
}

/** Name of one of an app's volumes on the engine. */
export function volumeName(app: TargetApp, volume: string, composition: MaybeExternal = {}): string {
  return externalName(volume, composition) ?? `${app.id}_${volume}`;
}

interface MaybeExternal {
  readonly name?: string | undefined;
  readonly external?: boolean | { readonly name?: string | undefined } | undefined;
}

/** Name of a network or volume that others made and the app uses; `null`: it is the app's own. */
export function externalName(key: string, { name, external = false }: MaybeExternal): string | null {
  if (external === false) return null;
  return (typeof external === 'object' ? external.name : undefined) ?? name ?? key;
}

/** Labels under the field's former name, `io.resin.…`, read as the present one. */
export function withCurrentLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const renamed = Object.entries(labels).map(([name, value]): [string, string] => [
    name.replace(/^io\.resin\./, 'io.balena.'),
    value,
  ]);
  return { ...Object.fromEntries(renamed), ...labels };
}

/** Labels under their present names alone. */
export function onlyCurrentLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const current = Object.entries(withCurrentLabels(labels)).filter(([name]) => !name.startsWith('io.resin.'));
  return Object.fromEntries(current);
}

/** Truth of a label or input, as the public contract has it. */
export function isTruthy(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'on'].includes(value.toLowerCase());
}
