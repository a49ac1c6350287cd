import type { ContainerConfig, Hook, NetworkEndpoint } from '@device-supervisor/compose';
import { serviceConfig } from '../src/testing/contract/contract-subject.ts';

export const MIB = 1024 * 1024;
/** Has to be there, with the address ranges that the cases name. */
export const NETWORK = 'round-trip';
export const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
export const ON_BRIDGE: Pick<ContainerConfig, 'networkMode' | 'networks'> = {
  networkMode: 'bridge',
  networks: { bridge: NO_ENDPOINT },
};
const { blkio: NO_BLKIO } = serviceConfig();
export const { resources: NO_LIMITS } = serviceConfig();
export const SUPERVISED = serviceConfig().labels;

const HOOK: Hook = { command: ['true'], user: '', privileged: false, workingDir: '', environment: {} };

/**
 * Values of each field that differ from the default, except where they {@link asksForNothing}, with what else they need;
 * every field has to have an entry.
 * `storageOpt` has none: the storage driver of a test machine takes no options. `annotations` has none: the engine is
 * older than they are. `volumesFrom` needs another container, and is tried beside its like.
 */
export const CASES: Readonly<Record<keyof ContainerConfig, readonly Partial<ContainerConfig>[]>> = {
  environment: [
    { environment: { OWN: '1', FROM_IMAGE: 'no', EMPTY: '', EQUALS: 'a=b', LINES: 'a\nb', TEXT: 'grün "x" $y' } },
  ],
  labels: [{ labels: { ...SUPERVISED, own: '1', 'from-image': 'no', empty: '', json: '{"a":[1]}' } }],
  entrypoint: [{ entrypoint: ['sh', '-c', 'sleep 10'] }, { entrypoint: [] }],
  command: [{ command: ['sleep', '10'] }, { entrypoint: ['sleep'], command: ['10'] }],
  user: [{ user: 'nobody' }, { user: '65534:65534' }],
  workingDir: [{ workingDir: '/var/lib' }],
  hostname: [{ hostname: 'own' }, { hostname: 'own', networkMode: 'host' }],
  domainname: [{ domainname: 'example.com' }],
  tty: [{ tty: true }],
  stdinOpen: [{ stdinOpen: true }],
  healthcheck: [
    {
      healthcheck: {
        test: ['CMD', 'true'],
        interval: 30_000,
        timeout: 5000,
        startPeriod: 1000,
        startInterval: 0,
        retries: 3,
      },
    },
    {
      healthcheck: {
        test: ['CMD-SHELL', 'exit 0'],
        interval: 0,
        timeout: 0,
        startPeriod: 0,
        startInterval: 0,
        retries: 0,
      },
    },
    { healthcheck: { test: ['NONE'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
  ],
  stopSignal: [{ stopSignal: 'SIGINT' }],
  stopTimeout: [{ stopTimeout: 0 }, { stopTimeout: 90 }],
  exposedPorts: [{ exposedPorts: ['53/udp', '80/tcp'] }],
  portBindings: [
    {
      ...ON_BRIDGE,
      exposedPorts: ['53/udp', '80/tcp'],
      portBindings: [
        { containerPort: '53/udp', hostIp: '127.0.0.1', hostPort: '' },
        { containerPort: '80/tcp', hostIp: '', hostPort: '8080' },
        { containerPort: '80/tcp', hostIp: '127.0.0.1', hostPort: '8081' },
      ],
    },
  ],
  mounts: [
    {
      mounts: [
        { type: 'volume', source: 'round-trip-data', target: '/data', readOnly: false },
        { type: 'bind', source: '/etc/hostname', target: '/host/hostname', readOnly: true },
        { type: 'volume', source: 'round-trip-data', target: '/image-volume', readOnly: true },
        { type: 'volume', source: 'round-trip-data', target: '/not-filled', readOnly: false, noCopy: true },
      ],
    },
  ],
  anonymousVolumes: [{ anonymousVolumes: ['/cache', '/var/scratch'] }],
  volumesFrom: [],
  tmpfs: [{ tmpfs: { '/run': 'size=64m,mode=755', '/scratch': '' } }],
  restart: [
    { restart: { name: 'always', maximumRetryCount: 0 } },
    { restart: { name: 'unless-stopped', maximumRetryCount: 0 } },
    { restart: { name: 'on-failure', maximumRetryCount: 0 } },
    { restart: { name: 'on-failure', maximumRetryCount: 5 } },
  ],
  privileged: [{ privileged: true }],
  init: [{ init: true }, { init: false }],
  readOnly: [{ readOnly: true }],
  capAdd: [{ capAdd: ['ALL'] }, { capAdd: ['NET_ADMIN', 'SYS_TIME'] }],
  capDrop: [{ capDrop: ['CHOWN', 'MKNOD'] }],
  securityOpt: [{ securityOpt: ['apparmor=unconfined', 'no-new-privileges', 'seccomp=unconfined'] }],
  devices: [
    {
      devices: [
        { hostPath: '/dev/zero', containerPath: '/dev/nothing', permissions: 'r' },
        { hostPath: '/dev/null', containerPath: '/dev/other', permissions: 'rwm' },
      ],
    },
  ],
  deviceCgroupRules: [{ deviceCgroupRules: ['b 7:* rmw', 'c 42:* rmw'] }],
  deviceRequests: [
    { deviceRequests: [{ driver: '', count: 1, deviceIds: [], capabilities: [['gpu']], options: {} }] },
    {
      deviceRequests: [
        { driver: 'nvidia', count: 0, deviceIds: ['0', '1'], capabilities: [['gpu', 'compute']], options: { a: 'b' } },
      ],
    },
  ],
  dns: [{ dns: ['10.0.0.2', '10.0.0.1'] }],
  dnsOptions: [{ dnsOptions: ['ndots:2', 'timeout:1'] }],
  dnsSearch: [{ dnsSearch: ['example.org', 'example.com'] }],
  extraHosts: [{ extraHosts: ['db:10.0.0.1', 'host:host-gateway', 'six:fd00::1'] }],
  groupAdd: [{ groupAdd: ['1000', 'nogroup'] }],
  ipc: [{ ipc: 'host' }, { ipc: 'none' }, { ipc: 'private' }],
  pid: [{ pid: 'host' }],
  uts: [{ uts: 'host' }],
  usernsMode: [{ usernsMode: 'host' }],
  cgroupParent: [{ cgroupParent: '/round-trip' }],
  cgroupNamespace: [{ cgroupNamespace: 'host' }, { cgroupNamespace: 'private' }],
  runtime: [{ runtime: 'runc' }],
  macAddress: [{ ...ON_BRIDGE, macAddress: '02:42:ac:11:00:99' }],
  sysctls: [{ sysctls: { 'net.ipv4.ip_forward': '1', 'net.core.somaxconn': '1024' } }],
  storageOpt: [],
  ulimits: [
    {
      ulimits: [
        { name: 'core', soft: 0, hard: 0 },
        { name: 'nofile', soft: 128, hard: 256 },
      ],
    },
  ],
  shmSize: [{ shmSize: 16 * MIB }, { shmSize: 64 * MIB }],
  oomKillDisable: [{ oomKillDisable: true, resources: { ...NO_LIMITS, memory: 64 * MIB } }],
  oomScoreAdj: [{ oomScoreAdj: 500 }],
  memorySwappiness: [{ memorySwappiness: 0 }, { memorySwappiness: 10 }],
  cpuRealtime: [{ cpuRealtime: { period: 500_000, runtime: 1000 } }],
  blkio: [
    { blkio: { ...NO_BLKIO, weight: 300, weightDevices: [{ path: '/dev/zero', weight: 200 }] } },
    {
      blkio: {
        ...NO_BLKIO,
        readBps: [
          { path: '/dev/null', rate: MIB },
          { path: '/dev/zero', rate: 2 * MIB },
        ],
        writeBps: [{ path: '/dev/zero', rate: MIB }],
        readIops: [{ path: '/dev/zero', rate: 100 }],
        writeIops: [{ path: '/dev/zero', rate: 50 }],
      },
    },
  ],
  files: [
    {
      files: [
        { path: '/etc/app.conf', mode: 0o444, uid: 0, gid: 0, digest: 'aa' },
        { path: '/run/secrets/key', mode: 0o400, uid: 1000, gid: 1000, digest: 'bb' },
      ],
    },
  ],
  annotations: [],
  resources: [
    { resources: { ...NO_LIMITS, memory: 64 * MIB } },
    { resources: { ...NO_LIMITS, memory: 64 * MIB, memoryReservation: 32 * MIB } },
    { resources: { ...NO_LIMITS, memory: 64 * MIB, memorySwap: 64 * MIB } },
    { resources: { ...NO_LIMITS, memory: 64 * MIB, memorySwap: 128 * MIB } },
    { resources: { ...NO_LIMITS, memory: 64 * MIB, memorySwap: -1 } },
    { resources: { ...NO_LIMITS, nanoCpus: 500_000_000 } },
    { resources: { ...NO_LIMITS, cpuShares: 512 } },
    { resources: { ...NO_LIMITS, cpuQuota: 25_000 } },
    { resources: { ...NO_LIMITS, cpuQuota: 25_000, cpuPeriod: 50_000 } },
    { resources: { ...NO_LIMITS, cpusetCpus: '0' } },
    { resources: { ...NO_LIMITS, pidsLimit: 100 } },
  ],
  networkMode: [{ networkMode: 'host' }, ON_BRIDGE],
  networks: [
    {
      networkMode: NETWORK,
      networks: {
        [NETWORK]: { ...NO_ENDPOINT, aliases: ['a', 'web'], ipv4Address: '10.223.0.20', linkLocalIps: ['169.254.7.7'] },
      },
    },
    { networkMode: NETWORK, networks: { [NETWORK]: { ...NO_ENDPOINT, ipv6Address: 'fd00:223::20' } } },
    { networkMode: NETWORK, networks: { [NETWORK]: { ...NO_ENDPOINT, driverOpts: { 'com.example.option': '1' } } } },
  ],
  postStart: [{ postStart: [{ ...HOOK, user: 'nobody', workingDir: '/tmp', environment: { A: 'b=c' } }, HOOK] }],
  preStop: [{ preStop: [HOOK] }],
};

/** Whether it says no more than an image without an entrypoint and a check does by itself. */
export function asksForNothing({ entrypoint, healthcheck }: Partial<ContainerConfig>): boolean {
  return entrypoint?.length === 0 || healthcheck?.test[0] === 'NONE';
}
