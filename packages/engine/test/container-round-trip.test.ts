import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { busyboxImage, connectEngine } from '@device-supervisor/testbed';
import {
  compareContainers,
  LABELS,
  withImageDefaults,
  type ContainerConfig,
  type ImageConfig,
  type NetworkConfig,
  type NetworkEndpoint,
} from '@device-supervisor/compose';
import { serviceConfig } from '../src/testing/contract/contract-subject.ts';
import type { EngineHarness } from '../src/testing/contract/engine-harness.ts';
import { setUpDockerHarness } from './docker-harness.ts';

const MIB = 1024 * 1024;
const NETWORK = 'round-trip';
const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
const ON_BRIDGE = { networkMode: 'bridge', networks: { bridge: NO_ENDPOINT } };
const { resources: NO_LIMITS, blkio: NO_BLKIO } = serviceConfig();
const SUPERVISED = serviceConfig().labels;

/**
 * Values of each field that differ from the default, with what else they need; every field has to have an entry.
 * `storageOpt` has none: the storage driver of a test machine takes no options. `annotations` has none: the engine is
 * older than they are.
 */
const CASES: Readonly<Record<keyof ContainerConfig, readonly Partial<ContainerConfig>[]>> = {
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
  ipc: [{ ipc: 'host' }, { ipc: 'none' }, { ipc: 'private' }, { ipc: 'shareable' }],
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
  ],
};

/** Fields that cannot be tried on a running container here: there is no such hardware, or no right to raise limits. */
const NOT_STARTED = new Set(['blkio', 'cpuRealtime', 'deviceRequests', 'privileged', 'usernsMode']);

let harness: EngineHarness;
beforeAll(async () => {
  harness = await setUpDockerHarness();
  const pool = (subnet: string) => ({ subnet, gateway: '', ipRange: '', auxAddresses: {} });
  const network: NetworkConfig = {
    driver: 'bridge',
    driverOpts: {},
    enableIpv6: true,
    internal: false,
    configOnly: false,
    labels: { [LABELS.supervised]: 'true', [LABELS.userIpam]: 'true' },
    ipam: { driver: 'default', config: [pool('10.223.0.0/24'), pool('fd00:223::/64')], options: {} },
  };
  await harness.engine.createNetwork(NETWORK, network);
});

const docker = () => connectEngine(inject('engineEndpoint'));

afterEach(async () => {
  await docker().getContainer('round-trip').remove({ force: true, v: true });
});

afterAll(async () => {
  await harness.engine.removeNetwork(NETWORK);
  await harness.engine.removeVolume('round-trip-data');
  await harness[Symbol.asyncDispose]();
});

describe('what the engine gives back is what was asked for', () => {
  it('of a service that asks for nothing', async () => {
    const expected = withImageDefaults(serviceConfig(), harness.image.config);
    expect(await createAndRead({})).toEqual(expected);
    expect(await startAndRead()).toEqual(expected);
  });

  it('of a service whose command is an empty list', async () => {
    const expected = withImageDefaults(serviceConfig(), harness.image.config);
    expect(await createAndRead({ command: [] })).toEqual(expected);
  });

  const cases = Object.entries(CASES).flatMap(([field, changes]) => changes.map((change) => ({ field, change })));
  it.each(cases)('$field: $change', async ({ field, change }) => {
    const expected = withImageDefaults(serviceConfig(change), harness.image.config);
    const created = await createAndRead(change);
    expect(compareContainers(created, expected)).toEqual([]);
    expect(created).toEqual(expected);
    expect(compareContainers(created, withImageDefaults(serviceConfig(), harness.image.config))).not.toEqual([]);
    expect(NOT_STARTED.has(field) ? created : await startAndRead()).toEqual(expected);
  });
});

describe('what an image says', () => {
  const reference = 'round-trip-image:1';
  beforeAll(async () => {
    await busyboxImage(inject('engineEndpoint'), {
      tag: reference,
      entrypoint: ['sh', '-c'],
      cmd: ['sleep 10'],
      env: { FROM_IMAGE: 'a=b' },
      labels: { 'from-image': 'yes' },
      user: 'nobody',
      workingDir: '/tmp',
      stopSignal: 'SIGINT',
      exposedPorts: ['53/udp', '80'],
      volumes: ['/b', '/a'],
      healthcheck: {
        command: ['true'],
        interval: 20_000,
        timeout: 2000,
        startPeriod: 1000,
        retries: 4,
      },
    });
  });
  afterAll(() => harness.engine.removeImage(reference));

  it('is told', async () => {
    expect(await readImage()).toEqual({
      entrypoint: ['sh', '-c'],
      command: ['sleep 10'],
      environment: { FROM_IMAGE: 'a=b', PATH: expect.any(String) },
      labels: { 'from-image': 'yes' },
      user: 'nobody',
      workingDir: '/tmp',
      stopSignal: 'SIGINT',
      exposedPorts: ['53/udp', '80/tcp'],
      volumes: ['/a', '/b'],
      healthcheck: {
        test: ['CMD', 'true'],
        interval: 20_000,
        timeout: 2000,
        startPeriod: 1000,
        startInterval: 0,
        retries: 4,
      },
    });
    await createAndRead({});
  });

  it.each<Partial<ContainerConfig>>([
    {},
    { entrypoint: ['sleep'] },
    { entrypoint: [] },
    { command: ['sleep 20'] },
    { entrypoint: ['sleep'], command: [] },
    { environment: { FROM_IMAGE: 'own' }, labels: { ...SUPERVISED, 'from-image': 'no' } },
    { user: 'root', workingDir: '/', stopSignal: 'SIGTERM' },
    { exposedPorts: ['81/tcp'], anonymousVolumes: ['/c'] },
    { mounts: [{ type: 'volume', source: 'round-trip-data', target: '/a', readOnly: false }] },
    { healthcheck: { test: [], interval: 5000, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
    { healthcheck: { test: ['NONE'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
  ])('is completed by what the service asks for: %j', async (change) => {
    const image = await readImage();
    expect(await createAndRead(change, reference)).toEqual(withImageDefaults(serviceConfig(change), image));
  });

  async function readImage(): Promise<ImageConfig> {
    const { images } = await harness.engine.observe({ imageReferences: [reference] });
    const config = images.find(({ tags }) => tags.includes(reference))?.config;
    if (config === undefined) throw new Error('the image has no configuration');
    return config;
  }
});

async function createAndRead(
  change: Partial<ContainerConfig>,
  image: string = harness.image.reference,
): Promise<ContainerConfig> {
  await harness.engine.createContainer({ name: 'round-trip', image, config: serviceConfig(change) });
  return read();
}

/** Much of what engines fill in they fill in at the start. */
async function startAndRead(): Promise<ContainerConfig> {
  await harness.engine.startContainer('round-trip');
  return read();
}

async function read(): Promise<ContainerConfig> {
  const { containers } = await harness.engine.observe({ imageReferences: [] });
  const container = containers.find(({ name }) => name === 'round-trip');
  if (container === undefined) throw new Error('the container is gone');
  return container.config;
}
