/**
 * A container's configuration in canonical form: every field present, unordered lists sorted, durations and sizes in
 * base units. The same container always gives the same value, whether it was derived from a compose service or read
 * back from an engine, so two configurations can be compared field by field.
 */
export interface ContainerConfig {
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `null`: the image's. */
  readonly entrypoint: readonly string[] | null;
  /** `null`: the image's, also beside an entrypoint of its own. */
  readonly command: readonly string[] | null;
  /** `''`: the image's. */
  readonly user: string;
  /** `''`: the image's. */
  readonly workingDir: string;
  /** `''`: the engine's choice. */
  readonly hostname: string;
  readonly domainname: string;
  readonly tty: boolean;
  readonly stdinOpen: boolean;
  /** `null`: the image's. */
  readonly healthcheck: Healthcheck | null;
  /** `''`: the image's. */
  readonly stopSignal: string;
  /** Seconds; `null`: the engine's default. */
  readonly stopTimeout: number | null;
  /** Sorted, e.g. `80/tcp`. */
  readonly exposedPorts: readonly string[];
  /** Sorted by container port. */
  readonly portBindings: readonly PortBinding[];
  /** Named volumes and host paths, sorted by target. */
  readonly mounts: readonly Mount[];
  /** Container paths with an anonymous volume, sorted. */
  readonly anonymousVolumes: readonly string[];
  /** `<container id>:ro` or `<container id>:rw`, sorted: everything that is mounted in that container. */
  readonly volumesFrom: readonly string[];
  /** Container path to mount options (`''` or e.g. `size=64m`). */
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly restart: RestartPolicy;
  readonly privileged: boolean;
  /** `null`: the engine's default. */
  readonly init: boolean | null;
  readonly readOnly: boolean;
  /** Sorted, upper case, without the `CAP_` prefix. */
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly devices: readonly DeviceMapping[];
  readonly deviceCgroupRules: readonly string[];
  readonly deviceRequests: readonly DeviceRequest[];
  /** In order of preference. */
  readonly dns: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly dnsSearch: readonly string[];
  /** `name:address`, sorted. */
  readonly extraHosts: readonly string[];
  readonly groupAdd: readonly string[];
  /** `none`, `private`, `shareable`, `host`, or `container:<id>`. */
  readonly ipc: string;
  /** `''`: its own; `host`, or `container:<id>`. */
  readonly pid: string;
  readonly uts: string;
  readonly usernsMode: string;
  readonly cgroupParent: string;
  readonly cgroupNamespace: string;
  /** `''`: the engine's default. */
  readonly runtime: string;
  readonly macAddress: string;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly storageOpt: Readonly<Record<string, string>>;
  /** Sorted by name. */
  readonly ulimits: readonly Ulimit[];
  /** Bytes; 0: the engine's default. */
  readonly shmSize: number;
  readonly oomKillDisable: boolean;
  readonly oomScoreAdj: number;
  /** How readily memory is swapped out, 0 to 100; `null`: the host's. */
  readonly memorySwappiness: number | null;
  readonly cpuRealtime: CpuRealtime;
  readonly blkio: BlkioLimits;
  /** Put into the container before it starts, sorted by path. */
  readonly files: readonly ContainerFile[];
  /** For the runtime; not seen by the container. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly resources: Resources;
  /** Engine name of the network the container starts in, or `host`, `none`, `container:<id>`. */
  readonly networkMode: string;
  /** Engine network name to endpoint; empty for `host`, `none` and `container:<id>`. */
  readonly networks: Readonly<Record<string, NetworkEndpoint>>;
  /** Run in the container each time that we start it, one after the other. */
  readonly postStart: readonly Hook[];
  /** Run in the container before we stop it, one after the other. */
  readonly preStop: readonly Hook[];
}

/** A command that is run in a container beside its own process. */
export interface Hook {
  readonly command: readonly string[];
  /** `''`: the container's. */
  readonly user: string;
  readonly privileged: boolean;
  /** `''`: the container's. */
  readonly workingDir: string;
  /** Beside the container's variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The configuration that engines can change without a new container. */
export type UpdatableConfig = Pick<ContainerConfig, 'resources' | 'restart'>;

/** Limits that an engine can change on a running container. 0 means no limit, `''` means all. */
export interface Resources {
  /** Bytes. */
  readonly memory: number;
  /** Bytes. */
  readonly memoryReservation: number;
  /** Bytes of memory plus swap; -1: unlimited; 0: the engine's default (twice the memory). */
  readonly memorySwap: number;
  /** 10⁻⁹ of a CPU. */
  readonly nanoCpus: number;
  readonly cpuShares: number;
  /** Microseconds. */
  readonly cpuQuota: number;
  /** Microseconds. */
  readonly cpuPeriod: number;
  readonly cpusetCpus: string;
  readonly pidsLimit: number;
}

/** A file in a container whose content is told apart by its digest alone. */
export interface ContainerFile {
  readonly path: string;
  /** Permissions, e.g. 0o444. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Keyed hash of the content: without the key, guesses cannot be verified. */
  readonly digest: string;
}

/** Time of a CPU for processes with real-time priority. */
export interface CpuRealtime {
  /** Microseconds; 0: the host's. */
  readonly period: number;
  /** Microseconds of each period; 0: none. */
  readonly runtime: number;
}

/** Share and limits of disk access. */
export interface BlkioLimits {
  /** 10 to 1000; 0: the default. */
  readonly weight: number;
  readonly weightDevices: readonly { readonly path: string; readonly weight: number }[];
  /** Bytes per second. */
  readonly readBps: readonly DeviceRate[];
  readonly writeBps: readonly DeviceRate[];
  /** Operations per second. */
  readonly readIops: readonly DeviceRate[];
  readonly writeIops: readonly DeviceRate[];
}

export interface DeviceRate {
  /** Of the device on the host. */
  readonly path: string;
  readonly rate: number;
}

export interface Healthcheck {
  /** `['NONE']`, `['CMD', …]` or `['CMD-SHELL', line]`; empty: the image's. */
  readonly test: readonly string[];
  /** Milliseconds; 0: the image's or the engine's default. */
  readonly interval: number;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds. */
  readonly startPeriod: number;
  /** Milliseconds between checks within the start period; 0: the image's, or `interval`. */
  readonly startInterval: number;
  readonly retries: number;
}

export interface PortBinding {
  /** e.g. `80/tcp`. */
  readonly containerPort: string;
  /** `''`: every address. */
  readonly hostIp: string;
  /** `''`: a free port that the engine picks. */
  readonly hostPort: string;
}

export interface Mount {
  readonly type: 'volume' | 'bind';
  /** Engine name of the volume, or a path on the host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Path inside the volume that is mounted; absent: all of it. */
  readonly subpath?: string;
  /** An empty volume is not filled with what the image has at `target`; absent: it is. */
  readonly noCopy?: true;
  /** Of a host path, sorted: its propagation, e.g. `rslave`, and the labels `z` or `Z`; absent: none. */
  readonly options?: readonly string[];
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  /** For `on-failure`; 0: without end. */
  readonly maximumRetryCount: number;
}

export interface DeviceMapping {
  readonly hostPath: string;
  readonly containerPath: string;
  /** Some of `rwm`. */
  readonly permissions: string;
}

export interface DeviceRequest {
  readonly driver: string;
  /** -1: all. */
  readonly count: number;
  readonly deviceIds: readonly string[];
  readonly capabilities: readonly (readonly string[])[];
  /** Known to the driver. */
  readonly options: Readonly<Record<string, string>>;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export interface NetworkEndpoint {
  /** Sorted, without those that the engine adds. */
  readonly aliases: readonly string[];
  /** `''`: the engine's choice. */
  readonly ipv4Address: string;
  readonly ipv6Address: string;
  readonly linkLocalIps: readonly string[];
  /** Absent: the engine's choice. Of the network of `networkMode` it is the container's `macAddress`. */
  readonly macAddress?: string;
  /** Absent: none. */
  readonly driverOpts?: Readonly<Record<string, string>>;
  /** The network with the highest one gives the default route; absent: 0. */
  readonly gatewayPriority?: number;
}

/** The defaults of an image for its containers. */
export interface ImageConfig {
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly user: string;
  readonly workingDir: string;
  readonly healthcheck: Healthcheck | null;
  readonly stopSignal: string;
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
}

/** A network in canonical form; comparable field by field. */
export interface NetworkConfig {
  readonly driver: string;
  readonly driverOpts: Readonly<Record<string, string>>;
  readonly enableIpv6: boolean;
  readonly internal: boolean;
  readonly configOnly: boolean;
  /** Labels of the compose file and ours. */
  readonly labels: Readonly<Record<string, string>>;
  readonly ipam: {
    readonly driver: string;
    /** Empty: the engine chooses an address range, and whatever it chose is equal to this. */
    readonly config: readonly IpamPool[];
    readonly options: Readonly<Record<string, string>>;
  };
}

export interface IpamPool {
  readonly subnet: string;
  readonly gateway: string;
  readonly ipRange: string;
  readonly auxAddresses: Readonly<Record<string, string>>;
}

/** A volume in canonical form. */
export interface VolumeConfig {
  readonly driver: string;
  readonly driverOpts: Readonly<Record<string, string>>;
  /** Labels of the compose file and ours. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The configuration that a service gets which asks for nothing. */
export const DEFAULT_CONTAINER_CONFIG: ContainerConfig = {
  environment: {},
  labels: {},
  entrypoint: null,
  command: null,
  user: '',
  workingDir: '',
  hostname: '',
  domainname: '',
  tty: true,
  stdinOpen: false,
  healthcheck: null,
  stopSignal: '',
  stopTimeout: null,
  exposedPorts: [],
  portBindings: [],
  mounts: [],
  anonymousVolumes: [],
  volumesFrom: [],
  tmpfs: {},
  restart: { name: 'always', maximumRetryCount: 0 },
  privileged: false,
  init: null,
  readOnly: false,
  capAdd: [],
  capDrop: [],
  securityOpt: [],
  devices: [],
  deviceCgroupRules: [],
  deviceRequests: [],
  dns: [],
  dnsOptions: [],
  dnsSearch: [],
  extraHosts: [],
  groupAdd: [],
  ipc: 'shareable',
  pid: '',
  uts: '',
  usernsMode: '',
  cgroupParent: '',
  cgroupNamespace: '',
  runtime: '',
  macAddress: '',
  sysctls: {},
  storageOpt: {},
  ulimits: [],
  shmSize: 0,
  oomKillDisable: false,
  oomScoreAdj: 0,
  memorySwappiness: null,
  cpuRealtime: { period: 0, runtime: 0 },
  blkio: { weight: 0, weightDevices: [], readBps: [], writeBps: [], readIops: [], writeIops: [] },
  files: [],
  annotations: {},
  resources: {
    memory: 0,
    memoryReservation: 0,
    memorySwap: 0,
    nanoCpus: 0,
    cpuShares: 0,
    cpuQuota: 0,
    cpuPeriod: 0,
    cpusetCpus: '',
    pidsLimit: 0,
  },
  networkMode: 'none',
  networks: {},
  postStart: [],
  preStop: [],
};
