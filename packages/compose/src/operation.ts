import type {
  ContainerConfig,
  NetworkConfig,
  NetworkEndpoint,
  UpdatableConfig,
  VolumeConfig,
} from './container-config.ts';
import type { FileToPut, ImageRecord } from './execute/ports.ts';

/** One call on one port. */
export type Operation =
  | PullImage
  | SaveImage
  | RemoveImage
  | ForgetImage
  | CreateNetwork
  | RemoveNetwork
  | CreateVolume
  | RemoveVolume
  | AcquireLocks
  | ReleaseLocks
  | CreateContainer
  | PutFiles
  | ConnectNetwork
  | StartContainer
  | StopContainer
  | RemoveContainer
  | RenameContainer
  | UpdateContainer
  | ClearHandOver;

export type OperationKind = Operation['kind'];

interface OperationBase {
  /** Unique within its plan, and the same in every plan that asks for the same. */
  readonly id: string;
  /** Operations that must have succeeded first. `release-locks` alone runs when they have ended, however. */
  readonly dependsOn: readonly string[];
  /** Why, for a person to read; never holds a secret. */
  readonly cause: string;
  /** `null`: for no app in particular. */
  readonly appId: number | null;
  /** `null`: for no service in particular. */
  readonly service: string | null;
}

export interface PullImage extends OperationBase {
  readonly kind: 'pull-image';
  readonly reference: string;
  /** Image on the engine that this one may be fetched as a difference to; `null`: it is fetched whole. */
  readonly deltaSource: string | null;
}

export interface SaveImage extends OperationBase {
  readonly kind: 'save-image';
  readonly record: ImageRecord;
}

/** Takes an image off the engine. */
export interface RemoveImage extends OperationBase {
  readonly kind: 'remove-image';
  readonly reference: string;
}

/** Removes an app's records of an image. */
export interface ForgetImage extends OperationBase {
  readonly kind: 'forget-image';
  readonly appId: number;
  readonly reference: string;
}

export interface CreateNetwork extends OperationBase {
  readonly kind: 'create-network';
  readonly name: string;
  readonly config: NetworkConfig;
}

export interface RemoveNetwork extends OperationBase {
  readonly kind: 'remove-network';
  readonly networkId: string;
  readonly name: string;
}

export interface CreateVolume extends OperationBase {
  readonly kind: 'create-volume';
  readonly name: string;
  readonly config: VolumeConfig;
}

export interface RemoveVolume extends OperationBase {
  readonly kind: 'remove-volume';
  readonly name: string;
}

export interface AcquireLocks extends OperationBase {
  readonly kind: 'acquire-locks';
  readonly appId: number;
  readonly services: readonly string[];
  readonly force: boolean;
}

export interface ReleaseLocks extends OperationBase {
  readonly kind: 'release-locks';
  readonly appId: number;
}

export interface CreateContainer extends OperationBase {
  readonly kind: 'create-container';
  readonly name: string;
  readonly image: string;
  readonly config: ContainerConfig;
}

export interface PutFiles extends OperationBase {
  readonly kind: 'put-files';
  /** Container name or id. */
  readonly container: string;
  /** Their contents are secrets, and do not show when the operation is printed. */
  readonly files: readonly FileToPut[];
}

export interface ConnectNetwork extends OperationBase {
  readonly kind: 'connect-network';
  /** Container name. */
  readonly container: string;
  readonly network: string;
  readonly endpoint: NetworkEndpoint;
}

export interface StartContainer extends OperationBase {
  readonly kind: 'start-container';
  /** Container name or id. */
  readonly container: string;
}

export interface StopContainer extends OperationBase {
  readonly kind: 'stop-container';
  readonly appId: number;
  readonly service: string;
  readonly containerId: string;
  /** Seconds; `null`: the container's own. */
  readonly timeout: number | null;
}

export interface RemoveContainer extends OperationBase {
  readonly kind: 'remove-container';
  readonly appId: number;
  readonly service: string;
  readonly containerId: string;
}

export interface RenameContainer extends OperationBase {
  readonly kind: 'rename-container';
  readonly appId: number;
  readonly service: string;
  readonly containerId: string;
  readonly name: string;
}

/** Changes limits and restart policy of a container as it is. */
export interface UpdateContainer extends OperationBase {
  readonly kind: 'update-container';
  readonly appId: number;
  readonly containerId: string;
  readonly config: UpdatableConfig;
}

/** Removes the file by which a service says that its new container took over. */
export interface ClearHandOver extends OperationBase {
  readonly kind: 'clear-hand-over';
  readonly appId: number;
  readonly service: string;
}
