import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONTAINER_CONFIG, type ContainerConfig } from '@device-supervisor/compose';
import { containerId, containerInspection } from '../testing/engine-answers.ts';
import { ContainerInspection } from '../wire/container-wire.ts';
import { readContainer, writeContainer } from './container-mapping.ts';
import { REQUESTED_LABEL } from './requested-label.ts';

const MIB = 1024 * 1024;
const ID = containerId(1);

/** Reports of an engine that leave the configuration unchanged. */
function inspect(body: object): ContainerInspection {
  const { HostConfig = {}, NetworkingConfig, ...Config }: CreateBody = body;
  const inspection = ContainerInspection.parse({
    ...containerInspection(1),
    Config,
    HostConfig,
    NetworkSettings: { Ports: {}, Networks: NetworkingConfig?.EndpointsConfig ?? {} },
  });
  return ContainerInspection.parse(JSON.parse(JSON.stringify({ ...inspection, Config, HostConfig })));
}

interface CreateBody {
  readonly HostConfig?: object;
  readonly NetworkingConfig?: { readonly EndpointsConfig: object };
  readonly Labels?: Readonly<Record<string, string>>;
}

function readInspected(changes: Parameters<typeof containerInspection>[1]): ContainerConfig {
  return readContainer(ContainerInspection.parse(containerInspection(1, changes)));
}

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const path = word.map((name) => `/${name}`);
const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const words = fc.array(word, { maxLength: 3 });
const sortedWords = fc.uniqueArray(word, { maxLength: 3 }).map((all) => all.sort());
const count = fc.nat({ max: 1e12 });
const map = fc.dictionary(word, anyText, { maxKeys: 3 });
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const by = <T>(key: (item: T) => string, item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { selector: key, maxLength: 3 }).map((all) => all.sort((a, b) => (key(a) < key(b) ? -1 : 1)));

const rates = by(({ path: key }) => key, fc.record({ path, rate: count }));

const hooks = fc.array(
  fc.record({ command: words, user: word, privileged: fc.boolean(), workingDir: path, environment: map }),
  { maxLength: 2 },
);

/** Any configuration in canonical form, in a network of the user. */
const anyConfig: fc.Arbitrary<ContainerConfig> = fc.record({
  environment: map,
  labels: map,
  entrypoint: nullable(words),
  command: nullable(words),
  user: word,
  workingDir: path,
  hostname: word,
  domainname: word,
  tty: fc.boolean(),
  stdinOpen: fc.boolean(),
  healthcheck: nullable(
    fc.record({
      test: words,
      interval: fc.nat({ max: 1e7 }),
      timeout: fc.nat({ max: 1e7 }),
      startPeriod: fc.nat({ max: 1e7 }),
      startInterval: fc.nat({ max: 1e7 }),
      retries: fc.nat({ max: 100 }),
    }),
  ),
  stopSignal: word,
  stopTimeout: nullable(fc.nat()),
  exposedPorts: sortedWords,
  portBindings: by(
    (port) => `${port.containerPort} ${port.hostIp} ${port.hostPort}`,
    fc.record({ containerPort: word, hostIp: word, hostPort: word }),
  ),
  mounts: by(
    ({ target }) => target,
    fc.oneof(
      fc.record(
        {
          type: fc.constant('volume' as const),
          source: word,
          target: path,
          readOnly: fc.boolean(),
          subpath: word,
          noCopy: fc.constant(true as const),
        },
        { requiredKeys: ['type', 'source', 'target', 'readOnly'] },
      ),
      fc.record(
        {
          type: fc.constant('bind' as const),
          source: path,
          target: path,
          readOnly: fc.boolean(),
          options: fc.constantFrom(['z'], ['rslave'], ['Z', 'rshared']),
        },
        { requiredKeys: ['type', 'source', 'target', 'readOnly'] },
      ),
    ),
  ),
  anonymousVolumes: fc.uniqueArray(path, { maxLength: 3 }).map((all) => all.sort()),
  volumesFrom: sortedWords,
  tmpfs: fc.dictionary(path, word, { maxKeys: 2 }),
  restart: fc.record({
    name: fc.constantFrom('no', 'always', 'on-failure', 'unless-stopped'),
    maximumRetryCount: fc.nat({ max: 9 }),
  }),
  privileged: fc.boolean(),
  init: nullable(fc.boolean()),
  readOnly: fc.boolean(),
  capAdd: sortedWords.map((all) => all.map((name) => name.toUpperCase())),
  capDrop: sortedWords.map((all) => all.map((name) => name.toUpperCase())),
  securityOpt: sortedWords,
  devices: by(
    ({ containerPath }) => containerPath,
    fc.record({ hostPath: path, containerPath: path, permissions: fc.constantFrom('r', 'rw', 'rwm') }),
  ),
  deviceCgroupRules: sortedWords,
  deviceRequests: fc.array(
    fc.record({
      driver: word,
      count: fc.integer({ min: -1, max: 9 }),
      deviceIds: words,
      capabilities: fc.array(words),
      options: map,
    }),
    { maxLength: 2 },
  ),
  dns: words,
  dnsOptions: words,
  dnsSearch: words,
  extraHosts: sortedWords,
  groupAdd: sortedWords,
  ipc: fc.constantFrom('none', 'private', 'shareable', 'host'),
  pid: fc.constantFrom('', 'host'),
  uts: fc.constantFrom('', 'host'),
  usernsMode: fc.constantFrom('', 'host'),
  cgroupParent: word,
  cgroupNamespace: fc.constantFrom('', 'host', 'private'),
  runtime: fc.constantFrom('', 'runc', 'nvidia'),
  macAddress: word,
  sysctls: map,
  storageOpt: map,
  ulimits: by(({ name }) => name, fc.record({ name: word, soft: count, hard: count })),
  shmSize: fc.constantFrom(0, MIB, 64 * MIB),
  oomKillDisable: fc.boolean(),
  oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
  memorySwappiness: nullable(fc.nat({ max: 100 })),
  cpuRealtime: fc.record({ period: count, runtime: count }),
  blkio: fc.record({
    weight: count,
    weightDevices: by(({ path: key }) => key, fc.record({ path, weight: count })),
    readBps: rates,
    writeBps: rates,
    readIops: rates,
    writeIops: rates,
  }),
  files: by(
    ({ path: key }) => key,
    fc.record({ path, mode: fc.nat({ max: 0o7777 }), uid: fc.nat(), gid: fc.nat(), digest: word }),
  ),
  annotations: map,
  resources: fc.record({
    memory: fc.constantFrom(0, 64 * MIB, 128 * MIB),
    memoryReservation: count,
    memorySwap: fc.constantFrom(-1, 0, 64 * MIB, 128 * MIB),
    nanoCpus: count,
    cpuShares: count,
    cpuQuota: count,
    cpuPeriod: count,
    cpusetCpus: word,
    pidsLimit: count,
  }),
  postStart: hooks,
  preStop: hooks,
  networkMode: fc.constant('net'),
  networks: fc
    .record(
      {
        aliases: sortedWords,
        ipv4Address: word,
        ipv6Address: word,
        linkLocalIps: sortedWords,
        macAddress: word,
        driverOpts: fc.dictionary(word, anyText, { minKeys: 1, maxKeys: 2 }),
        gatewayPriority: fc.integer({ min: 1, max: 9 }),
      },
      { requiredKeys: ['aliases', 'ipv4Address', 'ipv6Address', 'linkLocalIps'] },
    )
    .map((endpoint) => ({ net: endpoint })),
});

describe('a configuration', () => {
  it('is read as it was written, whatever it is', () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        expect(readContainer(inspect(writeContainer('web:1', config)))).toEqual(config);
      }),
    );
  });

  it('is read with clean paths, however a container was given them', () => {
    const read = readInspected({
      Config: { WorkingDir: '/usr/src/app/', Volumes: { '/b//': {}, '/a/./': {} } },
      HostConfig: {
        Binds: ['data:/data//', '/tmp/../run/:/host/run/:ro'],
        Mounts: [{ Type: 'volume', Source: 'x', Target: '/x/', VolumeOptions: { Subpath: 'a//b/' } }],
        Tmpfs: { '/scratch/': 'size=1' },
        Devices: [{ PathOnHost: '/dev//a', PathInContainer: '/dev/b/', CgroupPermissions: 'r' }],
      },
    });
    expect(read).toMatchObject({
      workingDir: '/usr/src/app',
      anonymousVolumes: ['/a', '/b'],
      mounts: [
        { source: 'data', target: '/data' },
        { source: '/run', target: '/host/run' },
        { source: 'x', target: '/x', subpath: 'a/b' },
      ],
      tmpfs: { '/scratch': 'size=1' },
      devices: [{ hostPath: '/dev/a', containerPath: '/dev/b' }],
    });
  });

  it('is read without what the engine fills in by itself', () => {
    const config: ContainerConfig = { ...DEFAULT_CONTAINER_CONFIG, networkMode: 'net', networks: {} };
    const body: CreateBody = writeContainer('web:1', config);
    const inspected = containerInspection(1, {
      Config: { Hostname: ID.slice(0, 12), Tty: true, Labels: body.Labels },
      HostConfig: {
        NetworkMode: 'net',
        RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
        IpcMode: 'shareable',
        CgroupnsMode: 'private',
        Runtime: 'our-runtime',
        ShmSize: 32 * MIB,
        PidsLimit: -1,
        SecurityOpt: ['label=disable'],
        Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 4096 }],
        MaskedPaths: ['/proc/asound'],
        LogConfig: { Type: 'json-file', Config: {} },
      },
    });
    const read = readContainer(
      ContainerInspection.parse({
        ...inspected,
        NetworkSettings: { Networks: { net: { Aliases: ['web', ID.slice(0, 12)], IPAMConfig: {} } } },
      }),
    );
    expect({ ...read, environment: {}, command: null }).toEqual({
      ...config,
      networks: { net: { aliases: ['web'], ipv4Address: '', ipv6Address: '', linkLocalIps: [] } },
    });
  });

  it('keeps limits that the engine dropped, because the kernel has no support for them', () => {
    const resources = {
      memory: 64 * MIB,
      memoryReservation: 32 * MIB,
      memorySwap: 96 * MIB,
      nanoCpus: 0,
      cpuShares: 512,
      cpuQuota: 1000,
      cpuPeriod: 2000,
      cpusetCpus: '0',
      pidsLimit: 10,
    };
    const { Labels }: CreateBody = writeContainer('web:1', {
      ...DEFAULT_CONTAINER_CONFIG,
      resources,
      oomKillDisable: true,
    });
    const read = readInspected({ Config: { Labels }, HostConfig: { MemorySwap: -1 } });
    expect(read).toMatchObject({ resources, oomKillDisable: true });
    const changed = readInspected({
      Config: { Labels },
      HostConfig: { Memory: 32 * MIB, CpuShares: 100, PidsLimit: 5 },
    });
    expect(changed.resources).toMatchObject({ memory: 32 * MIB, cpuShares: 100, pidsLimit: 5 });
  });

  it('that the user did not limit is not limited, however the engine says so', () => {
    const { Labels }: CreateBody = writeContainer('web:1', DEFAULT_CONTAINER_CONFIG);
    for (const MemorySwap of [0, -1]) {
      expect(readInspected({ Config: { Labels }, HostConfig: { MemorySwap } }).resources.memorySwap).toBe(0);
    }
  });
});

describe('a container that another client created', () => {
  it('is read by what it shows, but for the defaults of engines', () => {
    expect(readInspected({})).toMatchObject({
      ipc: 'private',
      cgroupNamespace: '',
      runtime: '',
      shmSize: 0,
      ulimits: [],
    });
    const HostConfig = {
      IpcMode: 'host',
      Runtime: 'nvidia',
      ShmSize: MIB,
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      Memory: MIB,
      MemorySwap: 2 * MIB,
    };
    expect(readInspected({ HostConfig })).toMatchObject({
      ipc: 'host',
      runtime: 'nvidia',
      shmSize: MIB,
      ulimits: [{ name: 'core', soft: 0, hard: 0 }],
      resources: { memory: MIB, memorySwap: 0 },
    });
  });

  it("has no hostname of its own with the host's network", () => {
    const Config = { Hostname: 'device-before-it-was-renamed' };
    expect(readInspected({ Config, HostConfig: { NetworkMode: 'host' } }).hostname).toBe('');
    expect(readInspected({ Config, HostConfig: { NetworkMode: 'none' } }).hostname).toBe(
      'device-before-it-was-renamed',
    );
  });

  it('may use the other form of mounts', () => {
    const Mounts = [
      { Type: 'volume', Source: 'data', Target: '/data', ReadOnly: true },
      { Type: 'bind', Source: '/run', Target: '/host/run' },
      { Type: 'tmpfs', Target: '/scratch', TmpfsOptions: { SizeBytes: 1024, Mode: 0o1777 } },
      { Type: 'volume', Target: '/anonymous' },
    ];
    expect(readInspected({ HostConfig: { Mounts } })).toMatchObject({
      mounts: [
        { type: 'volume', source: 'data', target: '/data', readOnly: true },
        { type: 'bind', source: '/run', target: '/host/run', readOnly: false },
      ],
      tmpfs: { '/scratch': 'size=1024,mode=1777' },
    });
  });

  it('may name its network by id, or not at all', () => {
    const networkId = 'f'.repeat(64);
    const withMode = (NetworkMode: string): ContainerConfig =>
      readContainer(
        ContainerInspection.parse({
          ...containerInspection(1, { HostConfig: { NetworkMode } }),
          NetworkSettings: { Networks: { net: { NetworkID: networkId } } },
        }),
      );
    expect(withMode(networkId)).toMatchObject({ networkMode: 'net', networks: { net: {} } });
    expect(withMode('default').networkMode).toBe('bridge');
  });

  it('counts as such when our label is damaged', () => {
    const Labels = { [REQUESTED_LABEL]: '{"fields":1' };
    expect(readInspected({ Config: { Labels }, HostConfig: { Runtime: 'runc' } })).toMatchObject({
      runtime: '',
      labels: {},
    });
  });
});

describe('capabilities', () => {
  it('are read without their prefix', () => {
    expect(readInspected({ HostConfig: { CapAdd: ['CAP_SYS_TIME', 'net_admin'] } }).capAdd).toEqual([
      'NET_ADMIN',
      'SYS_TIME',
    ]);
  });
});
