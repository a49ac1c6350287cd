import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';

/** The bridge on which services reach the supervisor's API. */
export const SUPERVISOR_NETWORK = 'supervisor0';

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

/** What a container's name tells about the release that it was created for. */
export interface ReleaseIdentity {
  readonly imageId: number;
  readonly releaseId: number;
  readonly commit: string;
}

export function containerName(service: TargetService, release: TargetRelease): string {
  return `${service.name}_${service.imageId}_${release.id}_${release.commit}`;
}

/** `null`: the name is not one that {@link containerName} gives to a container of the service. */
export function parseContainerName(name: string, service: string): ReleaseIdentity | null {
  if (!name.startsWith(`${service}_`)) return null;
  const match = /^(\d+)_(\d+)_(.+)$/s.exec(name.slice(service.length + 1));
  if (match === null) return null;
  const [, imageId, releaseId, commit = ''] = match;
  return { imageId: Number(imageId), releaseId: Number(releaseId), commit };
}

export function networkName(app: TargetApp, network: string): string {
  return `${app.uuid}_${network}`;
}

export function volumeName(app: TargetApp, volume: string): string {
  return `${app.id}_${volume}`;
}

/** Labels under the field's former name, `io.resin.…`, read as the present one. */
export function withCurrentLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const renamed = Object.entries(labels).map(([name, value]): [string, string] => [
    name.replace(/^io\.resin\./, 'io.balena.'),
    value,
  ]);
  return { ...Object.fromEntries(renamed), ...labels };
}

/** Truth of a label or input, as the public contract has it. */
export function isTruthy(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'on'].includes(value.toLowerCase());
}
