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

/** The update locks of one app's services, as files that the services and we contend for. */
export interface UpdateLocks {
  /** Takes the locks of all the services, or of none. */
  acquire(request: LockRequest): Promise<LockResult>;
  /** Removes the files beside its lock by which the service says that its new container took over. */
  clearHandOver(appId: number, service: string): Promise<void>;
}

export interface LockRequest {
  readonly appId: number;
  readonly services: readonly string[];
  /** Takes what services hold, too. */
  readonly force: boolean;
  /** Ends the wait for another lease of the same app; `acquire` then rejects with its reason. */
  readonly signal?: AbortSignal;
}

export type LockResult =
  | { readonly status: 'acquired'; readonly lease: LockLease }
  | { readonly status: 'held'; readonly holders: readonly HeldLock[] };

export interface ServiceReference {
  readonly appId: number;
  readonly service: string;
}

/** An update lock that a service or a client holds. */
export interface HeldLock extends ServiceReference {
  /** Of a lock that a client took through the API; absent: it is a file of the service. */
  readonly terms?: LockTerms;
}

/** The holder of an update lock that was taken through the API, its reason, and the end. */
export interface LockTerms {
  readonly holder: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Proof that all the update locks of an app are ours, until it is disposed of, or another process removes one. */
export interface LockLease extends AsyncDisposable {
  readonly appId: number;
  readonly services: readonly string[];
  /** Aborted once one of the locks is found to be gone; the reason is the error that says which. */
  readonly compromised: AbortSignal;
  /**
   * Looks at the locks of a service, to be sure at the moment before its container is touched.
   *
   * @throws the reason of `compromised`; `RangeError` when the lease is over, or was never one of this service
   */
  assertHeld(service: string): void;
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
