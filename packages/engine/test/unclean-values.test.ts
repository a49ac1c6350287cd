import { compareContainers, specifyService, withImageDefaults, type ContainerConfig } from '@device-supervisor/compose';
import { TEST_ABILITIES, TEST_DEVICE } from '@device-supervisor/compose/testing';
import { decodeTargetStateV2 } from '@device-supervisor/state';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { EngineHarness } from '../src/testing/contract/engine-harness.ts';
import { dualStackNetwork, removeAllContainers, setUpDockerHarness } from './docker-harness.ts';

const NETWORK = '1_default';

let harness: EngineHarness;
beforeAll(async () => {
  harness = await setUpDockerHarness();
  await harness.engine.createNetwork(NETWORK, dualStackNetwork(224));
});

afterEach(removeAllContainers);

afterAll(async () => {
  await harness.engine.removeNetwork(NETWORK);
  await harness.engine.removeVolume('1_data');
  await harness[Symbol.asyncDispose]();
});

/** Values that mean the same as others, or hold what few others do; by the field that they are for. */
const UNCLEAN: Readonly<Record<string, readonly unknown[]>> = {
  working_dir: ['/tmp/', '//tmp//x/../', '/a/../tmp/./', '/..', '/'],
  tmpfs: ['/run/./y/:size=1m', ['/scratch//', '/b/../c']],
  volumes: [
    ['/cache//'],
    ['data:/data/../d/'],
    ['data:/data//:ro'],
    [{ type: 'volume', source: 'data', target: '/x/' }],
  ],
  devices: [
    ['/dev//null:/dev/x/'],
    ['/dev/./zero'],
    ['/dev/null:/dev/a/../n:r'],
    ['/dev/null:/dev/same', '/dev/null:/dev/same'],
  ],
  environment: [
    { A: '', B: ' ', C: '\n', D: 'a=b', E: '\u0001\u001f\u007f', F: '😀\u202e', G: '\r\n' },
    { 'with space': '1', 'dots.and-dashes': '2', ä: 'ö', '1': 'one' },
  ],
  labels: [{ '': 'x' }, { 'a b': '', 'c=d': '=', nl: 'a\nb', u: '😀' }],
  command: [['sh', '-c', 'sleep 10', ''], 'sh -c "sleep  10"', ['sleep', '10\n'], ['sh', '-c', ' sleep 10 # ü\u0001']],
  entrypoint: ['sleep 10', ['sleep', '10']],
  user: ['0:0', '00', 'root:root', 0, 'nobody:0'],
  hostname: ['MyHost', 'a.b.c', 'x_y', 123],
  domainname: ['Example.COM', 'example.com.'],
  mac_address: ['02:42:AC:1F:00:99'],
  dns: ['8.8.8.8', ['0:0:0:0:0:0:0:1'], ['FD00::1', 'fd00::1'], ['1.1.1.1', '1.1.1.1']],
  dns_search: ['.', ['Example.org', 'example.org']],
  dns_opt: [['ndots:2', 'ndots:2']],
  extra_hosts: [['db:10.0.0.1', 'db:10.0.0.1'], ['six:FD00::1'], ['six=fd00:0::1'], { 'a.B': '10.0.0.9' }],
  networks: [
    { default: { ipv4_address: '10.224.0.20', aliases: ['b', 'a', 'b', ''] } },
    { default: { ipv6_address: 'FD00:224::0020' } },
    { default: { ipv6_address: 'fd00:224:0:0:0:0:0:21' } },
    { default: { aliases: ['With.Dots', 'x y'] } },
  ],
  ports: [['0080:80'], ['8081:80/TCP'], ['8082-8083:80-81', '8082:80'], ['127.0.0.1:8084:80'], ['[::1]:8085:80'], [80]],
  expose: [['80/TCP', '080', 80, '81-82']],
  cap_add: [['net_admin', 'CAP_NET_ADMIN', 'NET_ADMIN'], ['all']],
  cap_drop: [['mknod', 'CAP_CHOWN']],
  security_opt: [
    ['no-new-privileges:true'],
    ['no-new-privileges', 'no-new-privileges'],
    ['seccomp:unconfined'],
    ['apparmor=unconfined'],
  ],
  group_add: [[0, '0', 'nogroup'], ['00']],
  stop_signal: ['int', 'SIGINT', '2', 2, 'sigterm'],
  stop_grace_period: ['1m30s', '90s', 90, '1.5s', '0s', '01s'],
  healthcheck: [
    { test: 'true', interval: '1m30s', timeout: '1500ms', retries: 3 },
    { test: ['CMD-SHELL', ' true '], interval: '1h0m0s' },
    { test: ['NONE'] },
    { disable: true },
    { test: ['CMD', 'true', ''], start_period: '0s' },
  ],
  shm_size: ['64m', '67108864', '64MB', 67_108_864, '65536k'],
  mem_limit: ['64m', '64M', '65536kb', '0.0625g', '67108865'],
  memswap_limit: [-1, '-1'],
  cpus: ['0.50', 0.5, '0.1234567891', '00.5'],
  cpuset: ['0-0', '0,0', '00'],
  cpu_shares: ['0512', 2],
  pids_limit: [-1, 0, '100'],
  oom_score_adj: ['0500'],
  ulimits: [{ nofile: 128 }, { nofile: { soft: '0128', hard: 256 } }, { NOFILE: 128 }],
  sysctls: [
    { 'net.ipv4.ip_forward': 1 },
    ['net.ipv4.ip_forward=1'],
    { 'net.ipv4.ip_forward': ' 1' },
    { 'net/ipv4/ip_forward': '1' },
  ],
  ipc: ['shareable', 'private', 'none', ''],
  pid: ['', 'host'],
  uts: ['', 'host'],
  init: [true, 'no'],
  restart: ['', false, true, 'no', 'on-failure:0', 'on-failure:03', 'always', 'unless-stopped'],
  tty: ['yes', 1],
  read_only: ['true'],
  network_mode: ['bridge', 'none', 'host', ''],
  blkio_config: [{ device_read_bps: [{ path: '/dev//zero', rate: '1mb' }] }, { weight: '300' }],
  device_cgroup_rules: [['c 1:3 rwm', 'c 1:3 mr', 'c  1:3  r'], ['a *:* rwm']],
  storage_opt: [{}],
  annotations: [{}],
};

/** Fields that depend on others, or change what others mean: each of their values is started alone. */
const DEPENDENT: ReadonlySet<string> = new Set([
  'hostname',
  'domainname',
  'mac_address',
  'networks',
  'ports',
  'sysctls',
  'ipc',
  'pid',
  'uts',
  'network_mode',
]);
/** There is no such device for limits here. */
const NEVER_STARTED: ReadonlySet<string> = new Set(['blkio_config']);

interface Case {
  readonly field: string;
  readonly value: unknown;
}

const cases = Object.entries(UNCLEAN).flatMap(([field, values]) => values.map((value): Case => ({ field, value })));
const startable = cases.filter(({ field }) => !NEVER_STARTED.has(field));

it.each(cases)('$field: $value is refused with a reason, or comes back as the same', async (one) => {
  const spec = accepted([one]);
  expect(spec === null ? [] : await differences(spec)).toEqual([]);
});

it.each(startable.filter(({ field }) => DEPENDENT.has(field)))(
  '$field: $value comes back as the same from a container that runs',
  async (one) => {
    const spec = accepted([one]);
    expect(spec === null ? [] : await differences(spec, { started: true })).toEqual([]);
  },
);

/** One accepted value of each field that depends on no other: a start takes the engine longest. */
const ROUNDS = Array.from({ length: Math.max(...Object.values(UNCLEAN).map(({ length }) => length)) }, (_, round) => ({
  round,
  values: Object.entries(UNCLEAN)
    .filter(([field]) => !DEPENDENT.has(field) && !NEVER_STARTED.has(field))
    .map(([field, values]): Case => ({ field, value: values[round] }))
    .filter((one) => one.value !== undefined && accepted([one]) !== null),
}));

it.each(ROUNDS)('values of several fields come back as the same from a container that runs: $round', async (one) => {
  const spec = accepted(one.values);
  if (spec === null) throw new Error('values that are accepted alone are refused together');
  expect(await differences(spec, { started: true })).toEqual([]);
});

/** Fields in which a container that is created, and started on request, is another one than the specified. */
async function differences({ config }: ServiceSpecification, { started = false } = {}): Promise<readonly string[]> {
  const { reference, config: ofImage } = harness.image;
  await harness.engine.createContainer({ name: 'unclean', image: reference, config });
  const expected = withImageDefaults(config, ofImage);
  const created = compareContainers(await read(), expected);
  if (!started) return created;
  await harness.engine.startContainer('unclean');
  return [...created, ...compareContainers(await read(), expected)];
}

type ServiceSpecification = ReturnType<typeof specifyService>;

/** `null`: these values are refused with a reason. */
function accepted(values: readonly Case[]): ServiceSpecification | null {
  const spec = specify(Object.fromEntries(values.map(({ field, value }) => [field, value])));
  return spec === null || spec.findings.problems.length > 0 ? null : spec;
}

/** `null`: the target is refused. */
function specify(fields: Readonly<Record<string, unknown>>): ServiceSpecification | null {
  const service = { imageId: 1, serviceName: 'web', image: 'x:1', ...fields };
  const document = {
    name: 'a',
    commit: 'c',
    releaseId: 1,
    services: { 1: service },
    volumes: { data: {} },
    networks: {},
  };
  const target = decoded({ local: { apps: { 1: document } } });
  const app = target?.apps['1'];
  const web = app?.release?.services['web'];
  if (app === undefined || app.release === null || web === undefined) return null;
  const context = { app, release: app.release, device: TEST_DEVICE, abilities: TEST_ABILITIES, supervisorApiKey: null };
  return specifyService(web, context);
}

function decoded(document: unknown): ReturnType<typeof decodeTargetStateV2> | null {
  try {
    return decodeTargetStateV2(document);
  } catch {
    return null;
  }
}

async function read(): Promise<ContainerConfig> {
  const { containers } = await harness.engine.observe({ imageReferences: [] });
  const container = containers.find(({ name }) => name === 'unclean');
  if (container === undefined) throw new Error('the container is gone');
  return container.config;
}
