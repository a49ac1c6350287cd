import { LABELS } from '@device-supervisor/compose';

/** Content id of the image that the containers of {@link containerEntry} have. */
export const IMAGE_ID = `sha256:${'1'.repeat(64)}`;

const LABELS_OF_WEB = {
  [LABELS.supervised]: 'true',
  [LABELS.appId]: '7',
  [LABELS.serviceId]: '11',
  [LABELS.serviceName]: 'web',
};

/** A container's id from a digit. */
export function containerId(digit: number): string {
  return String(digit).repeat(64);
}

/** An entry of `GET /containers/json`, as an engine 20.10 gives it. */
export function containerEntry(digit: number, changes: object = {}): object {
  return {
    Id: containerId(digit),
    Names: [`/web-${digit}`],
    Image: 'web:1',
    ImageID: IMAGE_ID,
    Command: 'serve',
    Created: 1_795_464_164,
    Ports: [],
    Labels: LABELS_OF_WEB,
    State: 'running',
    Status: 'Up 3 minutes (health: starting)',
    HostConfig: { NetworkMode: 'none' },
    NetworkSettings: { Networks: { none: { IPAMConfig: null, Aliases: null, NetworkID: 'n', EndpointID: 'e' } } },
    Mounts: [],
    ...changes,
  };
}

/** An answer to `GET /containers/{id}/json`, as an engine 20.10 gives it. */
export function containerInspection(
  digit: number,
  changes: {
    readonly Config?: object;
    readonly HostConfig?: object;
    readonly State?: object;
    readonly Name?: string;
    /** Besides `none`. */
    readonly Networks?: object;
  } = {},
): object {
  return {
    Id: containerId(digit),
    Created: '2026-11-23T20:02:44.739354449Z',
    Image: IMAGE_ID,
    Name: changes.Name ?? `/web-${digit}`,
    RestartCount: 0,
    State: {
      Status: 'running',
      ExitCode: 0,
      Error: '',
      StartedAt: '2026-11-23T20:02:45.100000001Z',
      ...changes.State,
    },
    Config: {
      Hostname: containerId(digit).slice(0, 12),
      Domainname: '',
      User: '',
      Tty: false,
      OpenStdin: false,
      Env: ['A=1'],
      Cmd: ['serve'],
      Image: 'web:1',
      Volumes: null,
      WorkingDir: '',
      Entrypoint: null,
      Labels: LABELS_OF_WEB,
      ...changes.Config,
    },
    HostConfig: { ...PLAIN_HOST_CONFIG, ...changes.HostConfig },
    NetworkSettings: {
      Ports: {},
      Networks: { none: { IPAMConfig: null, Aliases: null, NetworkID: 'n', EndpointID: 'e' }, ...changes.Networks },
    },
  };
}

/** Of a container that asks for nothing. */
const PLAIN_HOST_CONFIG = {
  Binds: null,
  NetworkMode: 'none',
  PortBindings: {},
  RestartPolicy: { Name: '', MaximumRetryCount: 0 },
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: 'host',
  Dns: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: 'private',
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 67_108_864,
  Runtime: 'runc',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  CpuPeriod: 0,
  CpuQuota: 0,
  CpusetCpus: '',
  Devices: [],
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemoryReservation: 0,
  MemorySwap: 0,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: [],
};
