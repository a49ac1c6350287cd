import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { compareContainers } from '../decide/compare.ts';
import { PLAIN_IMAGE } from '../testing/fixtures.ts';
import { specifyComposition as specify } from '../testing/specify-composition.ts';
import { withImageDefaults } from './image-defaults.ts';
import { APPLIED_FIELDS } from './note-unapplied.ts';

type Composition = TargetService['composition'];

const MIB = 2 ** 20;
const mount = (target: string, more: object = {}) => ({
  type: 'volume',
  source: '1_data',
  target,
  readOnly: false,
  ...more,
});

/** For each field that is applied: what it may say, and what comes of it. */
const FIELDS: Readonly<Record<string, readonly (readonly [Composition, object])[]>> = {
  annotations: [[{ annotations: { a: 1 } }, { config: { annotations: { a: '1' } } }]],
  blkio_config: [
    [
      {
        blkio_config: {
          weight: 300,
          weight_device: [{ path: '/dev/sda', weight: 400 }],
          device_read_bps: [
            { path: '/dev/sdb', rate: '12mb' },
            { path: '/dev/sda', rate: 1024 },
          ],
          device_write_bps: [{ path: '/dev/sda', rate: '1k' }],
          device_read_iops: [{ path: '/dev/sda', rate: 120 }],
          device_write_iops: [{ path: '/dev/sda', rate: '30' }],
        },
      },
      {
        config: {
          blkio: {
            weight: 300,
            weightDevices: [{ path: '/dev/sda', weight: 400 }],
            readBps: [
              { path: '/dev/sda', rate: 1024 },
              { path: '/dev/sdb', rate: 12 * MIB },
            ],
            writeBps: [{ path: '/dev/sda', rate: 1024 }],
            readIops: [{ path: '/dev/sda', rate: 120 }],
            writeIops: [{ path: '/dev/sda', rate: 30 }],
          },
        },
      },
    ],
  ],
  cap_add: [[{ cap_add: ['CAP_SYS_TIME', 'net_admin'] }, { config: { capAdd: ['NET_ADMIN', 'SYS_TIME'] } }]],
  cap_drop: [[{ cap_drop: ['ALL'] }, { config: { capDrop: ['ALL'] } }]],
  cgroup: [[{ cgroup: 'host' }, { config: { cgroupNamespace: 'host' } }]],
  cgroup_parent: [[{ cgroup_parent: '/apps' }, { config: { cgroupParent: '/apps' } }]],
  command: [[{ command: "a 'b c'" }, { config: { command: ['a', 'b c'] } }]],
  cpu_period: [[{ cpu_period: 50_000 }, { config: { resources: { cpuPeriod: 50_000 } } }]],
  cpu_quota: [[{ cpu_quota: 25_000 }, { config: { resources: { cpuQuota: 25_000 } } }]],
  cpu_rt_period: [
    [{ cpu_rt_period: '1400us' }, { config: { cpuRealtime: { period: 1400 } } }],
    [{ cpu_rt_period: 11_000 }, { config: { cpuRealtime: { period: 11_000 } } }],
  ],
  cpu_rt_runtime: [[{ cpu_rt_runtime: '400ms' }, { config: { cpuRealtime: { runtime: 400_000 } } }]],
  cpu_shares: [[{ cpu_shares: 512 }, { config: { resources: { cpuShares: 512 } } }]],
  cpus: [[{ cpus: '0.5' }, { config: { resources: { nanoCpus: 5e8 } } }]],
  cpuset: [[{ cpuset: '0-1' }, { config: { resources: { cpusetCpus: '0-1' } } }]],
  depends_on: [
    [{ depends_on: ['db'] }, { dependencies: [{ service: 'db', condition: 'service_started' }] }],
    [
      { depends_on: { db: { condition: 'service_healthy' } } },
      { dependencies: [{ service: 'db', condition: 'service_healthy' }] },
    ],
  ],
  deploy: [
    [
      {
        deploy: {
          replicas: 1,
          resources: {
            limits: { cpus: '0.5', memory: '64m', pids: 100 },
            reservations: { memory: '32m', devices: [{ capabilities: ['gpu'], count: 1 }] },
          },
        },
      },
      {
        config: {
          resources: { nanoCpus: 5e8, memory: 64 * MIB, pidsLimit: 100, memoryReservation: 32 * MIB },
          deviceRequests: [{ driver: '', count: 1, deviceIds: [], capabilities: [['gpu']], options: {} }],
        },
      },
    ],
    [
      { mem_limit: '64m', deploy: { resources: { limits: { memory: 64 * MIB } } } },
      { config: { resources: { memory: 64 * MIB } } },
    ],
  ],
  device_cgroup_rules: [
    [{ device_cgroup_rules: ['c 42:* rmw', 'a 7:1 r'] }, { config: { deviceCgroupRules: ['a 7:1 r', 'c 42:* rmw'] } }],
  ],
  devices: [
    [
      { devices: ['/dev/b:/dev/c:r', { source: '/dev/a', target: '/dev/b', permissions: 'rw' }] },
      {
        config: {
          devices: [
            { hostPath: '/dev/a', containerPath: '/dev/b', permissions: 'rw' },
            { hostPath: '/dev/b', containerPath: '/dev/c', permissions: 'r' },
          ],
        },
      },
    ],
  ],
  dns: [[{ dns: '1.1.1.1' }, { config: { dns: ['1.1.1.1'] } }]],
  dns_opt: [[{ dns_opt: ['ndots:2'] }, { config: { dnsOptions: ['ndots:2'] } }]],
  dns_search: [[{ dns_search: ['b', 'a'] }, { config: { dnsSearch: ['b', 'a'] } }]],
  domainname: [[{ domainname: 'example.com' }, { config: { domainname: 'example.com' } }]],
  entrypoint: [[{ entrypoint: [] }, { config: { entrypoint: [] } }]],
  environment: [[{ environment: { A: 1 } }, { config: { environment: { A: '1' } } }]],
  expose: [[{ expose: ['8000-8001', 53] }, { config: { exposedPorts: ['53/tcp', '8000/tcp', '8001/tcp'] } }]],
  extra_hosts: [
    [{ extra_hosts: ['a:1.2.3.4', 'b=[::1]'] }, { config: { extraHosts: ['a:1.2.3.4', 'b:::1'] } }],
    [{ extra_hosts: { a: ['1.2.3.4', '::1'] } }, { config: { extraHosts: ['a:1.2.3.4', 'a:::1'] } }],
  ],
  gpus: [
    [
      { gpus: 'all' },
      { config: { deviceRequests: [{ driver: '', count: -1, deviceIds: [], capabilities: [['gpu']], options: {} }] } },
    ],
    [
      { gpus: [{ driver: 'nvidia', device_ids: ['0'], capabilities: ['compute'], options: ['a=b'] }] },
      {
        config: {
          deviceRequests: [
            { driver: 'nvidia', count: 0, deviceIds: ['0'], capabilities: [['gpu', 'compute']], options: { a: 'b' } },
          ],
        },
      },
    ],
  ],
  group_add: [[{ group_add: [20, 'audio'] }, { config: { groupAdd: ['20', 'audio'] } }]],
  healthcheck: [
    [
      { healthcheck: { test: 'true', interval: '5s', start_period: '1m', start_interval: '1s', retries: 3 } },
      {
        config: {
          healthcheck: {
            test: ['CMD-SHELL', 'true'],
            interval: 5000,
            timeout: 0,
            startPeriod: 60_000,
            startInterval: 1000,
            retries: 3,
          },
        },
      },
    ],
    [{ healthcheck: { disable: true } }, { config: { healthcheck: { test: ['NONE'] } } }],
  ],
  hostname: [[{ hostname: 'own' }, { config: { hostname: 'own' } }]],
  init: [[{ init: true }, { config: { init: true } }]],
  ipc: [
    [{ ipc: 'private' }, { config: { ipc: 'private' } }],
    [
      { ipc: 'service:db' },
      {
        config: { ipc: 'service:db' },
        peers: [{ field: 'ipc', service: 'db' }],
        dependencies: [{ service: 'db', condition: 'service_started' }],
      },
    ],
  ],
  labels: [[{ labels: ['a=b'] }, { config: { labels: { a: 'b' } } }]],
  mac_address: [[{ mac_address: '02:42:ac:11:00:99' }, { config: { macAddress: '02:42:ac:11:00:99' } }]],
  mem_limit: [[{ mem_limit: '64m' }, { config: { resources: { memory: 64 * MIB } } }]],
  mem_reservation: [[{ mem_reservation: '32m' }, { config: { resources: { memoryReservation: 32 * MIB } } }]],
  mem_swappiness: [[{ mem_swappiness: 0 }, { config: { memorySwappiness: 0 } }]],
  memswap_limit: [[{ mem_limit: '64m', memswap_limit: -1 }, { config: { resources: { memorySwap: -1 } } }]],
  network_mode: [
    [{ network_mode: 'none' }, { config: { networkMode: 'none', networks: {} } }],
    [
      { network_mode: 'service:db' },
      {
        peers: [{ field: 'network_mode', service: 'db' }],
        dependencies: [{ service: 'db', condition: 'service_started' }],
      },
    ],
  ],
  networks: [
    [
      { networks: { back: { priority: 5, aliases: ['x'] }, default: {}, shared: { priority: 10 } } },
      {
        config: {
          networkMode: 'everybodys',
          networks: { everybodys: { aliases: ['web'] }, u1_back: { aliases: ['web', 'x'] }, u1_default: {} },
        },
      },
    ],
    [
      {
        networks: {
          back: { priority: 5, mac_address: '02:42:ac:11:00:01', driver_opts: { a: 1 } },
          default: { mac_address: '02:42:ac:11:00:02', gw_priority: 7 },
        },
      },
      {
        config: {
          macAddress: '02:42:ac:11:00:01',
          networkMode: 'u1_back',
          networks: {
            u1_back: { driverOpts: { a: '1' } },
            u1_default: { macAddress: '02:42:ac:11:00:02', gatewayPriority: 7 },
          },
        },
      },
    ],
  ],
  oom_kill_disable: [[{ oom_kill_disable: true }, { config: { oomKillDisable: true } }]],
  oom_score_adj: [[{ oom_score_adj: -500 }, { config: { oomScoreAdj: -500 } }]],
  pid: [
    [{ pid: 'host' }, { config: { pid: 'host' } }],
    [{ pid: 'service:db' }, { config: { pid: 'service:db' }, peers: [{ field: 'pid', service: 'db' }] }],
  ],
  pids_limit: [[{ pids_limit: 100 }, { config: { resources: { pidsLimit: 100 } } }]],
  ports: [
    [
      { ports: [8081, '9000-9001/udp', '127.0.0.1::82', { target: 83 }] },
      {
        config: {
          portBindings: [
            { containerPort: '8081/tcp', hostIp: '', hostPort: '8081' },
            { containerPort: '82/tcp', hostIp: '127.0.0.1', hostPort: '' },
            { containerPort: '83/tcp', hostIp: '', hostPort: '' },
            { containerPort: '9000/udp', hostIp: '', hostPort: '9000' },
            { containerPort: '9001/udp', hostIp: '', hostPort: '9001' },
          ],
        },
      },
    ],
    [
      { ports: ['[::1]:53:53/udp', { target: 80, published: '8080', host_ip: '127.0.0.1', protocol: 'tcp' }] },
      {
        config: {
          exposedPorts: ['53/udp', '80/tcp'],
          portBindings: [
            { containerPort: '53/udp', hostIp: '::1', hostPort: '53' },
            { containerPort: '80/tcp', hostIp: '127.0.0.1', hostPort: '8080' },
          ],
        },
      },
    ],
  ],
  post_start: [
    [
      {
        post_start: [
          { command: 'echo "a b"' },
          { command: ['sh', '-c', 'x'], user: 0, privileged: true, working_dir: '/app', environment: ['A=1'] },
        ],
      },
      {
        config: {
          postStart: [
            { command: ['echo', 'a b'], user: '', privileged: false, workingDir: '', environment: {} },
            {
              command: ['sh', '-c', 'x'],
              user: '0',
              privileged: true,
              workingDir: '/app',
              environment: { A: '1' },
            },
          ],
        },
      },
    ],
  ],
  pre_stop: [
    [
      { pre_stop: [{ command: 'sync' }] },
      { config: { preStop: [{ command: ['sync'], user: '', privileged: false, workingDir: '', environment: {} }] } },
    ],
  ],
  privileged: [[{ privileged: true }, { config: { privileged: true } }]],
  pull_policy: [[{ pull_policy: 'never' }, { pullPolicy: 'never' }]],
  read_only: [[{ read_only: true }, { config: { readOnly: true } }]],
  restart: [[{ restart: 'on-failure:5' }, { config: { restart: { name: 'on-failure', maximumRetryCount: 5 } } }]],
  runtime: [[{ runtime: 'nvidia' }, { config: { runtime: 'nvidia' } }]],
  security_opt: [[{ security_opt: ['seccomp=x'] }, { config: { securityOpt: ['seccomp=x'] } }]],
  shm_size: [[{ shm_size: '16m' }, { config: { shmSize: 16 * MIB } }]],
  stdin_open: [[{ stdin_open: true }, { config: { stdinOpen: true } }]],
  stop_grace_period: [[{ stop_grace_period: '1m30s' }, { config: { stopTimeout: 90 } }]],
  stop_signal: [[{ stop_signal: 'SIGINT' }, { config: { stopSignal: 'SIGINT' } }]],
  storage_opt: [[{ storage_opt: { size: '1G' } }, { config: { storageOpt: { size: '1G' } } }]],
  sysctls: [[{ sysctls: ['net.core.somaxconn=1024'] }, { config: { sysctls: { 'net.core.somaxconn': '1024' } } }]],
  tmpfs: [
    [{ tmpfs: '/run:size=64m' }, { config: { tmpfs: { '/run': 'size=64m' } } }],
    [{ tmpfs: ['/run', '/x'] }, { config: { tmpfs: { '/run': '', '/x': '' } } }],
  ],
  tty: [[{ tty: false }, { config: { tty: false } }]],
  ulimits: [
    [
      { ulimits: { nproc: 5, nofile: { soft: 1, hard: 2 } } },
      {
        config: {
          ulimits: [
            { name: 'nofile', soft: 1, hard: 2 },
            { name: 'nproc', soft: 5, hard: 5 },
          ],
        },
      },
    ],
  ],
  user: [[{ user: 1000 }, { config: { user: '1000' } }]],
  userns_mode: [[{ userns_mode: 'host' }, { config: { usernsMode: 'host' } }]],
  uts: [[{ uts: 'host' }, { config: { uts: 'host' } }]],
  volumes: [
    [
      {
        volumes: [
          'data:/a:ro',
          '/anonymous',
          { type: 'volume', source: 'data', target: '/b', volume: { subpath: 'x', nocopy: true } },
          { type: 'volume', source: 'common', target: '/c' },
          { type: 'tmpfs', target: '/t', tmpfs: { size: '1m', mode: 0o755 } },
        ],
      },
      {
        volumes: ['1_data', 'common'],
        config: {
          mounts: expect.arrayContaining([
            mount('/a', { readOnly: true }),
            mount('/b', { subpath: 'x', noCopy: true }),
            mount('/c', { source: 'common' }),
          ]),
          anonymousVolumes: ['/anonymous'],
          tmpfs: { '/t': 'size=1048576,mode=755' },
        },
      },
    ],
  ],
  volumes_from: [
    [
      { volumes_from: ['db:ro'] },
      {
        config: { volumesFrom: ['service:db:ro'] },
        peers: [{ field: 'volumes_from', service: 'db' }],
        dependencies: [{ service: 'db', condition: 'service_started' }],
      },
    ],
  ],
  working_dir: [[{ working_dir: '/app' }, { config: { workingDir: '/app' } }]],
};

/** An image whose words a service can take back. */
const TALKATIVE_IMAGE = {
  ...PLAIN_IMAGE,
  entrypoint: ['/entry'],
  healthcheck: { test: ['CMD', 'check'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 },
};

/** Not of the container, or read by others. */
const ELSEWHERE = ['build', 'configs', 'image', 'profiles', 'secrets'];

describe('compose fields', () => {
  it('are all tried here that are applied', () => {
    expect([...Object.keys(FIELDS), ...ELSEWHERE].sort()).toEqual([...APPLIED_FIELDS].sort());
  });

  const cases = Object.entries(FIELDS).flatMap(([field, values]) => values.map((value) => [field, ...value] as const));
  it.each(cases)('%s: %j', (_, composition, expected) => {
    const spec = specify(composition);
    expect(spec).toMatchObject(expected);
    expect(spec.findings).toMatchObject({ notices: [], problems: [] });
    const plain = withImageDefaults(specify({}).config, TALKATIVE_IMAGE);
    const changesContainer = compareContainers(plain, withImageDefaults(spec.config, TALKATIVE_IMAGE)).length > 0;
    expect(changesContainer).toBe('config' in expected || spec.peers.length > 0);
  });
});
