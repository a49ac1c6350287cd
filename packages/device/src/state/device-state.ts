import type { Blocked, ContainerHealth, Notice, PublishedPort } from '@device-supervisor/compose';
import type { ServiceStatus, UpdateStatus } from '@device-supervisor/state';

/** The state of the device for clients. Immutable; a change makes another. */
export interface DeviceState {
  /** Whether the engine was looked at since the start. Before that, nothing is known of containers and images. */
  readonly observed: boolean;
  /** An apply is running or about to: true from the moment a new target is accepted. */
  readonly applying: boolean;
  /** Apps of the target, and apps that are still to be removed; in order of their ids. */
  readonly apps: readonly AppState[];
  readonly images: readonly ImageState[];
  /** Blocked parts, with their reasons. */
  readonly blocked: readonly Blocked[];
  /** Parts of the target that are not applied, though their service runs. */
  readonly notices: readonly Notice[];
  /** Mean of the images that download now, a whole number from 0 to 100; `null`: none does. */
  readonly overallDownloadProgress: number | null;
}

export interface AppState {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  /** Commit of the release that runs; `null`: none runs completely. */
  readonly commit: string | null;
  readonly updateStatus: UpdateStatus;
  readonly services: readonly ServiceState[];
}

/** One container, or an image on its way to one. A service that is updated has both, the image first. */
export interface ServiceState {
  readonly name: string;
  readonly serviceId: number;
  readonly imageId: number;
  readonly releaseId: number;
  /** Reference of its image. */
  readonly image: string;
  readonly status: ServiceStatus;
  /** Whole number from 0 to 100; `null`: not downloading. */
  readonly downloadProgress: number | null;
  /** `null`: there is no container yet. */
  readonly containerId: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | null;
  /** Milliseconds since the epoch; `null`: never started. */
  readonly startedAt: number | null;
  /** Restarts by the engine since it was last started on purpose. */
  readonly restarts: number;
  /** Of the last run; `null`: none has ended since it was created. */
  readonly exitCode: number | null;
  readonly health: ContainerHealth;
  readonly publishedPorts: readonly PublishedPort[];
  /** Services of the same app that have to be there first, by name; empty for what the target no longer has. */
  readonly dependsOn: readonly string[];
}

export interface ImageState {
  /** Reference as the target names it. */
  readonly name: string;
  readonly appId: number;
  readonly serviceName: string;
  readonly imageId: number;
  /** Content id on the engine; `null`: not there yet. */
  readonly dockerImageId: string | null;
  readonly status: Extract<ServiceStatus, 'Downloading' | 'Downloaded'>;
  readonly downloadProgress: number | null;
}
