import type { LockLease, UpdateLocks } from '@device-supervisor/update-locks';
import type {
  ContainerConfig,
  ContainerFile,
  NetworkConfig,
  NetworkEndpoint,
  UpdatableConfig,
  VolumeConfig,
} from '../container-config.ts';
import type { SecretText } from '../secret-text.ts';

/** Everything that a plan is carried out on. */
export interface ExecutePorts {
  readonly engine: ContainerEngine;
  readonly locks: UpdateLocks;
  readonly images: ImageRecords;
}

/**
 * The compose engine's port to a container engine. Every method is one change; each is idempotent towards the state that it
 * wants to reach: removing what is gone, stopping what is stopped and starting what runs all succeed. A failure throws.
 */
export interface ContainerEngine {
  /** Resolves when the image is there. Rejects with the signal's reason when it is aborted. */
  pullImage(reference: string, options: PullOptions): Promise<void>;
  /** Removes the tag or digest, and the layers that nothing else uses. */
  removeImage(reference: string): Promise<void>;
  createNetwork(name: string, config: NetworkConfig): Promise<void>;
  removeNetwork(id: string): Promise<void>;
  createVolume(name: string, config: VolumeConfig): Promise<void>;
  removeVolume(name: string): Promise<void>;
  /** Creates it in the network of `config.networkMode` alone. */
  createContainer(container: ContainerToCreate): Promise<void>;
  /** Writes files into a container that is not started yet, and the directories on the way to them. */
  putFiles(container: string, files: readonly FileToPut[]): Promise<void>;
  /** Attaches a container that is not started yet to one more network. */
  connectNetwork(container: string, network: string, endpoint: NetworkEndpoint): Promise<void>;
  /** @param container its id or name */
  startContainer(container: string): Promise<void>;
  /** Asks it to stop, and kills it after `timeout` seconds (`null`: the container's own, else 10). */
  stopContainer(id: string, lease: LockLease, timeout: number | null): Promise<void>;
  /** Removes it with its anonymous volumes, also when it runs. */
  removeContainer(id: string, lease: LockLease): Promise<void>;
  /** Engines refuse it between two runs of a container that they restart: nothing has changed then. */
  renameContainer(id: string, name: string, lease: LockLease): Promise<RenameResult>;
  /**
   * Sets limits and restart policy of a container as it is, running or not. It neither stops nor restarts it, so it needs
   * no lease. Fields of `config` at their defaults stay unchanged: engines cannot remove a limit.
   */
  updateContainer(id: string, config: UpdatableConfig): Promise<void>;
}

/** `restarting`: the engine waits to restart the container, and cannot rename it meanwhile. */
export type RenameResult = 'renamed' | 'restarting';

export interface PullOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
  /** Reference of an image on the engine: what differs from it is enough, where engine and cloud know how. */
  readonly deltaSource?: string;
}

export interface PullProgress {
  /** Whole number from 0 to 100, of download and extraction; never falling. */
  readonly percent: number;
  /** Bytes that came so far, also those that had to come twice; never falling. */
  readonly receivedBytes: number;
  /** Bytes of all layers that the engine lacks, as far as their sizes are known. */
  readonly totalBytes: number;
}

export interface ContainerToCreate {
  readonly name: string;
  /** Reference of an image that is on the engine. */
  readonly image: string;
  readonly config: ContainerConfig;
}

/** A file with its content; see `ContainerFile` for the rest. */
export interface FileToPut extends Omit<ContainerFile, 'digest'> {
  readonly content: SecretText;
}

/** Records of the images that we put on the engine: only those are ever removed. */
export interface ImageRecords {
  save(record: ImageRecord): Promise<void>;
  forget(reference: string, appId: number): Promise<void>;
}

/** An image that a service of a target needs. */
export interface ImageRecord {
  /** As the target names it. */
  readonly reference: string;
  readonly appId: number;
  readonly appUuid: string;
  readonly serviceId: number;
  readonly serviceName: string;
  readonly imageId: number;
  readonly releaseId: number;
  readonly commit: string;
}
