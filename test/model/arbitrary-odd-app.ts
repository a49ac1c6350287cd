import * as fc from 'fast-check';

/** One app of a target in the form of target state v2, which the developer of an app writes: any of it may be odd. */
export interface OddApp {
  /** Key of the app in the target. */
  readonly key: string;
  readonly document: Readonly<Record<string, unknown>>;
}

const LONG = 'x'.repeat(300);

/** Words that something behind the decoding may stumble over: names of JavaScript, of shells, of paths and of engines. */
const ODD_WORDS: readonly string[] = [
  ...[
    'constructor __proto__ prototype toString hasOwnProperty valueOf then length . .. / // ../.. /../b',
    '/a/../b/ a/b - --help -v $HOME NaN Infinity -0 0 01 1e400 9007199254740993 18446744073709551616 null',
    'true no é 😀 = a=b : a:b:c:d ,, main healthy web default supervisor0 host none bridge service:web',
    'service:main container:main container: service: 1us -1s 99999999999h -5m 10000000000g % * [ ( ::',
    '0.0.0.0/0 10.0.0.0/33 172.17.0.0/16 fe80::/200 80:80 0-70000 99999:1 1:2:3/tcp/udp',
  ].flatMap((line) => line.split(' ')),
  '',
  ' ',
  '${x}',
  '`x`',
  '\u202E',
  'a\nb',
  'a\r\nb',
  '\t',
  LONG,
];

/** Text that no document may hold. */
const UNFIT_WORDS: readonly string[] = ['\0', 'a\0b', '\uD800', '\uDFFFx'];

const oddWord = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...ODD_WORDS) },
  { weight: 6, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom(...UNFIT_WORDS), fc.string({ unit: 'binary', maxLength: 12 })) },
);

/** Names that objects have from birth, that engines use, or that others have. */
const oddName = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'data',
      'default',
      'constructor',
      'toString',
      'valueOf',
      'then',
      'host',
      'none',
      'bridge',
      'supervisor0',
      '0',
      '1_default',
    ),
  },
  { weight: 1, arbitrary: oddWord },
);

const oddNumber = fc.constantFrom(0, -1, 1, 0.5, 1e-7, 65_536, 2 ** 31, 2 ** 53, 2 ** 63, 1e300, -1e300);

/** A value of any type, with levels without end now and then. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: oddWord },
  { weight: 2, arbitrary: oddNumber },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null], { a: null }) },
  { weight: 3, arbitrary: fc.array(fc.oneof(oddWord, oddNumber), { maxLength: 3 }) },
  { weight: 3, arbitrary: fc.dictionary(oddWord, fc.oneof(oddWord, oddNumber), { maxKeys: 3, noNullPrototype: true }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.dictionary(oddWord, oddWord, { maxKeys: 3, noNullPrototype: true }), { maxLength: 2 }),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 900 }).map(nested) },
);

function nested(levels: number): unknown {
  let value: unknown = { type: 'sw.os' };
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { or: [value] } : [value];
  return value;
}

/** Fields of a service with values that decode: what reads them comes later. */
const PLAUSIBLE: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  command: fc.oneof(oddWord, fc.array(oddWord, { maxLength: 3 })),
  entrypoint: fc.oneof(oddWord, fc.array(oddWord, { maxLength: 3 })),
  cap_add: fc.array(oddWord, { maxLength: 3 }),
  depends_on: fc.oneof(
    fc.array(fc.oneof(oddWord, fc.constantFrom('main', 'second')), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom('main', 'second', 'constructor', '__proto__'),
      fc.constant({ condition: 'service_healthy' }),
      {
        noNullPrototype: true,
      },
    ),
  ),
  devices: fc.array(fc.oneof(oddWord, fc.constantFrom('/dev/a/:/dev/b/:rwm', '/dev/../x', ':', '/dev/x:/:z')), {
    maxLength: 3,
  }),
  dns: fc.array(oddWord, { maxLength: 3 }),
  extra_hosts: fc.array(oddWord, { maxLength: 3 }),
  healthcheck: fc.record(
    { test: fc.oneof(oddWord, fc.array(oddWord, { maxLength: 2 })), interval: oddWord, retries: oddNumber },
    { requiredKeys: [] },
  ),
  hostname: fc.oneof({ weight: 3, arbitrary: oddName }, { weight: 1, arbitrary: oddWord }),
  ipc: oddWord,
  labels: fc.dictionary(oddWord, oddWord, { maxKeys: 3, noNullPrototype: true }),
  mem_limit: fc.oneof(oddWord, oddNumber),
  network_mode: oddWord,
  networks: fc.oneof(
    fc.array(oddWord, { maxLength: 3 }),
    fc.dictionary(
      oddWord,
      fc.record({ ipv4_address: oddWord, aliases: fc.array(oddWord, { maxLength: 2 }) }, { requiredKeys: [] }),
      {
        maxKeys: 2,
        noNullPrototype: true,
      },
    ),
  ),
  pid: oddWord,
  ports: fc.array(fc.oneof(oddWord, oddNumber), { maxLength: 3 }),
  restart: fc.oneof(oddWord, fc.constantFrom('always', 'no', 'on-failure:x', 'unless-stopped', false, true)),
  runtime: oddWord,
  security_opt: fc.array(oddWord, { maxLength: 3 }),
  shm_size: fc.oneof(oddWord, oddNumber),
  stop_grace_period: fc.oneof(oddWord, oddNumber),
  stop_signal: oddWord,
  sysctls: fc.dictionary(oddWord, oddWord, { maxKeys: 3, noNullPrototype: true }),
  tmpfs: fc.array(oddWord, { maxLength: 3 }),
  ulimits: fc.dictionary(oddWord, oddNumber, { maxKeys: 2, noNullPrototype: true }),
  user: oddWord,
  volumes: fc.array(
    fc.oneof(
      oddWord,
      fc.constantFrom('data:/', 'data:/data/', 'data:/a/../b', '/:/host', 'constructor:/c', '/tmp/:/x/'),
    ),
    { maxLength: 3 },
  ),
  volumes_from: fc.array(oddWord, { maxLength: 2 }),
  working_dir: oddWord,
};

/** Labels that change how a service is updated, started or fed. */
const FEATURE_LABELS = [
  'io.balena.features.supervisor-api',
  'io.balena.features.balena-socket',
  'io.balena.features.dbus',
  'io.balena.features.extra-firmware',
  'io.balena.update.strategy',
  'io.balena.update.handover-timeout',
  'io.balena.update.requires-reboot',
  'io.balena.app-id',
  'io.balena.service-name',
  'io.balena.supervised',
] as const;

const fields = fc
  .array(
    fc
      .constantFrom(...Object.keys(PLAUSIBLE))
      .chain((field) =>
        fc
          .oneof({ weight: 15, arbitrary: PLAUSIBLE[field] ?? oddValue }, { weight: 1, arbitrary: oddValue })
          .map((value): readonly [string, unknown] => [field, value]),
      ),
    { minLength: 1, maxLength: 4 },
  )
  .map((entries): Record<string, unknown> => Object.fromEntries(entries));

/** One of the usual and one of any value, the first more often: an app is odd in a few places, not in all. */
function seldom(usual: unknown, odd: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
}

function service(name: string, imageId: number): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .record({
      serviceName: seldom(name, oddWord),
      imageId: seldom(imageId, fc.oneof(oddNumber, oddWord)),
      image: fc.oneof(
        { weight: 40, arbitrary: fc.constantFrom('i:1', 'i:2', 'missing:1') },
        { weight: 1, arbitrary: oddWord },
      ),
      running: seldom(true, fc.constantFrom(false, null, 'x')),
      environment: fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        { weight: 4, arbitrary: fc.dictionary(oddName, oddWord, { maxKeys: 3, noNullPrototype: true }) },
        { weight: 1, arbitrary: oddValue },
      ),
      labels: fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        {
          weight: 10,
          arbitrary: fc.dictionary(fc.constantFrom(...FEATURE_LABELS), oddWord, { maxKeys: 3, noNullPrototype: true }),
        },
        { weight: 1, arbitrary: oddValue },
      ),
      contract: seldom(undefined, oddValue),
      composition: fields,
    })
    .map(({ composition, contract, ...rest }) => ({
      ...composition,
      ...rest,
      ...(contract === undefined ? {} : { contract }),
    }));
}

const parts = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  {
    weight: 12,
    arbitrary: fc.dictionary(
      oddName,
      fc.oneof(
        { weight: 20, arbitrary: fc.constant({}) },
        {
          weight: 10,
          arbitrary: fc.record(
            { driver: oddWord, driver_opts: fc.dictionary(oddName, oddWord, { maxKeys: 2, noNullPrototype: true }) },
            { requiredKeys: [] },
          ),
        },
        { weight: 1, arbitrary: oddValue },
      ),
      { maxKeys: 3, noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: oddValue },
);

/** Networks whose addresses may be anything. */
const networks = fc.oneof(
  { weight: 3, arbitrary: parts },
  {
    weight: 1,
    arbitrary: fc.record({
      default: fc.record(
        {
          driver: oddWord,
          ipam: fc.record({
            config: fc.array(fc.record({ subnet: oddWord, gateway: oddWord }, { requiredKeys: [] }), { maxLength: 2 }),
          }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

/** An app that is odd in a few of its places. */
export const arbitraryOddApp: fc.Arbitrary<OddApp> = fc
  .record({
    key: fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom('2', '3') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('01', '-1', '9007199254740993', '__proto__', 'constructor', '', ' 1', LONG),
      },
    ),
    name: seldom('odd', oddValue),
    commit: seldom('c', fc.oneof(oddWord, oddValue)),
    releaseId: seldom(7, fc.oneof(oddWord, oddNumber)),
    services: fc.oneof(
      {
        weight: 40,
        arbitrary: fc
          .tuple(service('main', 201), service('second', 202), fc.boolean())
          .map(([main, second, both]) => ({ 21: main, ...(both ? { 22: second } : {}) })),
      },
      { weight: 1, arbitrary: oddValue },
    ),
    networks,
    volumes: parts,
    configs: parts,
    secrets: parts,
  })
  .map(({ key, ...document }) => ({ key, document }));
