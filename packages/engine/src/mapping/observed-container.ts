import { isTruthy, LABELS, withCurrentLabels } from '@device-supervisor/compose';
import type {
  ContainerHealth,
  ContainerStatus,
  ImageConfig,
  ObservedContainer,
  ObservedImage,
  PublishedPort,
} from '@device-supervisor/compose';
import type { ContainerInspection, ImageSettings } from '../wire/container-wire.ts';
import { readContainer } from './container-mapping.ts';
import { readIdentity, readName } from './identity.ts';
import { readEnvironment, readHealthcheck } from './process-fields.ts';
import { REQUESTED_LABEL } from './requested-label.ts';

/** Is a container with these labels one of ours? */
export function isSupervised(labels: Readonly<Record<string, string>>): boolean {
  return isTruthy(withCurrentLabels(labels)[LABELS.supervised]);
}

/** Whether an image was made on this engine, so that it cannot be fetched again: a client says so of what it builds. */
export function isBuiltHere({
  digests,
  labels,
}: Pick<ObservedImage, 'digests'> & { readonly labels: Readonly<Record<string, string>> }): boolean {
  return digests.length === 0 || isTruthy(withCurrentLabels(labels)['io.balena.local.image']);
}

/** A container in the terms of compose. */
export function readObservedContainer(inspection: ContainerInspection): ObservedContainer {
  const { State: state } = inspection;
  const startedAt = Date.parse(state.StartedAt);
  return {
    id: inspection.Id,
    name: readName(inspection.Name),
    imageId: inspection.Image,
    imageReference: inspection.Config.Image,
    identity: readIdentity(withCurrentLabels(inspection.Config.Labels)),
    status: readStatus(state.Status),
    health: readHealth(state.Health?.Status),
    exitCode: state.ExitCode,
    error: state.Error,
    createdAt: Date.parse(inspection.Created),
    // Go's zero time, in the year 1, stands for never.
    startedAt: startedAt > 0 ? startedAt : null,
    restartCount: inspection.RestartCount,
    config: readContainer(inspection),
    networkIds: readNetworkIds(inspection),
    publishedPorts: readPublishedPorts(inspection),
    ...(REQUESTED_LABEL in inspection.Config.Labels ? {} : { foreign: true }),
  };
}

/** The defaults of an image for its containers. */
export function readImageConfig(settings: ImageSettings | null | undefined): ImageConfig {
  return {
    environment: readEnvironment(settings?.Env ?? []),
    labels: settings?.Labels ?? {},
    entrypoint: settings?.Entrypoint ?? null,
    command: settings?.Cmd ?? null,
    user: settings?.User ?? '',
    workingDir: settings?.WorkingDir ?? '',
    healthcheck: readHealthcheck(settings?.Healthcheck),
    stopSignal: settings?.StopSignal ?? '',
    exposedPorts: settings?.ExposedPorts ?? [],
    volumes: settings?.Volumes ?? [],
  };
}

/** An engine's word for the state of a container; one that is not known counts as `exited`. */
export function readStatus(status: string): ContainerStatus {
  switch (status) {
    case 'created':
    case 'running':
    case 'paused':
    case 'restarting':
    case 'removing':
    case 'dead':
      return status;
    default:
      return 'exited';
  }
}

function readHealth(health: string | undefined): ContainerHealth {
  switch (health) {
    case 'starting':
    case 'healthy':
    case 'unhealthy':
      return health;
    default:
      return 'none';
  }
}

function readNetworkIds({ NetworkSettings }: ContainerInspection): string[] {
  return Object.values(NetworkSettings.Networks).flatMap(({ NetworkID }) => (NetworkID === '' ? [] : [NetworkID]));
}

function readPublishedPorts({ NetworkSettings }: ContainerInspection): PublishedPort[] {
  return Object.entries(NetworkSettings.Ports)
    .flatMap(([containerPort, hostPorts]) =>
      hostPorts.map(({ HostIp, HostPort }) => ({ containerPort, hostIp: HostIp, hostPort: Number(HostPort) })),
    )
    .sort((a, b) => (`${a.containerPort} ${a.hostIp}` < `${b.containerPort} ${b.hostIp}` ? -1 : 1));
}
