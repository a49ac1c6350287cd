import type { ContainerConfig, ImageConfig, NetworkConfig, Resources, VolumeConfig } from './container-config.ts';

/** The contents of an engine at one moment; immutable. */
export interface EngineSnapshot {
  readonly abilities: EngineAbilities;
  /** Containers that a supervisor made. */
  readonly containers: readonly ObservedContainer[];
  /** Every tagged or digested image of the engine, and those that the observer asked about by id. */
  readonly images: readonly ObservedImage[];
  /** Every network of the engine, also those that are not ours: a name may be taken. */
  readonly networks: readonly ObservedNetwork[];
  /** Every named volume of the engine, also those that are not ours. */
  readonly volumes: readonly ObservedVolume[];
  /** Failed reads of the engine, one sentence each; for these the snapshot holds the values from before. */
  readonly faults?: readonly string[];
}

/** Why the engine cannot say what one of its objects is. The other objects are as good as ever. */
export interface Damage {
  /** The engine's words, or what its answer lacks. */
  readonly reason: string;
  /**
   * `true`: the engine refuses repeatedly to read the object, or its answer makes no sense: there is no state to
   * keep. `false`: no answer came, so nothing is known and nothing may be taken away.
   */
  readonly isFinal: boolean;
}

/** The capabilities of an engine and the kernel below it. */
export interface EngineAbilities {
  /** Newest version of the engine's API, e.g. `1.41`. */
  readonly apiVersion: string;
  /** Limits that the kernel does not support: the engine drops them, or refuses the container. */
  readonly unsupportedLimits: readonly (keyof Resources)[];
}

/** The service that a container belongs to, as its labels say. */
export interface ServiceIdentity {
  readonly appId: number;
  /** Absent on containers of older supervisors. */
  readonly appUuid?: string;
  readonly serviceId: number;
  readonly serviceName: string;
}

export interface ObservedContainer {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** Content id of the image it was made from, `sha256:…`. */
  readonly imageId: string;
  /** Reference that it was created with. */
  readonly imageReference: string;
  /** `null`: the labels do not name a service. */
  readonly identity: ServiceIdentity | null;
  readonly status: ContainerStatus;
  readonly health: ContainerHealth;
  /** Of the last run; 0 before the first. */
  readonly exitCode: number;
  /** The engine's word on why the last start failed; `''`: it did not. */
  readonly error: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; `null`: never started. */
  readonly startedAt: number | null;
  /** Restarts by the engine since it was last started on purpose. */
  readonly restartCount: number;
  /**
   * Present where it stops, or has stopped, at our request: we asked for it, or took its restart policy away, and did not
   * start it since.
   */
  readonly stoppedByUs?: true;
  readonly config: ContainerConfig;
  /** Ids of the networks that it is in, as far as they are known: one that never started may be in a network by name. */
  readonly networkIds?: readonly string[];
  /** Ports that are open on the host now. */
  readonly publishedPorts: readonly PublishedPort[];
  /** Present where another supervisor created it. */
  readonly foreign?: true;
  /**
   * Present where the container cannot be inspected, or cannot start because its own files are lost. The first knows only
   * what a list tells: id, name, image, labels, status and networks; the rest of `config` is at its defaults.
   */
  readonly damage?: Damage;
}

/** `restarting`: the engine waits before it starts it once more. */
export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** `none`: it has no health check. */
export type ContainerHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

export interface PublishedPort {
  /** e.g. `80/tcp`. */
  readonly containerPort: string;
  readonly hostIp: string;
  readonly hostPort: number;
}

export interface ObservedImage {
  /** Content id, `sha256:…`. */
  readonly id: string;
  /** e.g. `registry.local:5000/app/web:latest`, as the engine prints them. */
  readonly tags: readonly string[];
  /** e.g. `registry.local:5000/app/web@sha256:…`. */
  readonly digests: readonly string[];
  /** Present where it was made on this engine, and cannot be fetched again. */
  readonly builtHere?: true;
  /** Present where a container that is not supervised was made from it. */
  readonly usedByOthers?: true;
  /** Present on those that the observer asked about and those of supervised containers. */
  readonly config?: ImageConfig;
  /** Content ids of the unpacked layers, from the lowest to the uppermost; present where `config` is. */
  readonly layers?: readonly string[];
  /** Present where the image cannot be inspected; it has no `config` then. */
  readonly damage?: Damage;
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly supervised: boolean;
  /** `null`: not ours, or shared between apps (`supervisor0`). */
  readonly appId: number | null;
  readonly config: NetworkConfig;
  /** Address ranges that the network has now, also where the engine chose them. */
  readonly subnets?: readonly string[];
  /** Present while a container that is not supervised runs in the network. */
  readonly usedByOthers?: true;
  /** Present where its configuration does not decode: only the name and the labels are known. */
  readonly damage?: Damage;
}

export interface ObservedVolume {
  readonly name: string;
  readonly supervised: boolean;
  readonly appUuid: string | null;
  readonly config: VolumeConfig;
  /** Present where its configuration does not decode: only the name and the labels are known. */
  readonly damage?: Damage;
}
