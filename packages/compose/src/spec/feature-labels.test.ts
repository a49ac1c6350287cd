import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { TEST_ABILITIES, TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
import type { DeviceFacts } from './device-facts.ts';
import { specifyService, type ServiceSpec } from './service-spec.ts';

const DEVICE: DeviceFacts = {
  ...TEST_DEVICE,
  apiEndpoint: 'https://api.example.com',
  deviceApiKey: 'device-key',
  hostBoardRevision: 'rev7',
  engineSocket: '/run/engine.sock',
};

function specify(labels: Record<string, string>, composition: TargetService['composition'] = {}): ServiceSpec {
  const [app] = Object.values(testTarget({ services: { web: { labels, composition } } }).apps);
  const web = app?.release?.services['web'];
  if (app?.release == null || web === undefined) throw new Error('the fixture has no service web');
  const { release } = app;
  return specifyService(web, { app, release, device: DEVICE, abilities: TEST_ABILITIES, supervisorApiKey: 'own-key' });
}

const both = (variables: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => [
      [`BALENA_${name}`, value],
      [`RESIN_${name}`, value],
    ]),
  );
const bind = (source: string, target = source, readOnly = false) => ({ type: 'bind', source, target, readOnly });

/** The fields that each label adds. */
const ADDED: Readonly<Record<string, { environment?: object; mounts?: object[]; networks?: string[]; more?: object }>> =
  {
    'supervisor-api': {
      environment: both({
        SUPERVISOR_API_KEY: 'own-key',
        SUPERVISOR_HOST: '10.114.104.1',
        SUPERVISOR_PORT: '48484',
        SUPERVISOR_ADDRESS: 'http://10.114.104.1:48484',
      }),
      networks: ['supervisor0'],
    },
    'balena-api': { environment: both({ API_KEY: 'device-key', API_URL: 'https://api.example.com' }) },
    'balena-socket': {
      environment: { DOCKER_HOST: 'unix:///host/run/balena-engine.sock' },
      mounts: [
        bind('/run/engine.sock', '/host/run/balena-engine.sock'),
        bind('/run/engine.sock'),
        bind('/run/engine.sock', '/var/run/balena.sock'),
      ],
    },
    dbus: { mounts: [bind('/run/dbus', '/host/run/dbus')] },
    'journal-logs': {
      mounts: ['/etc/machine-id', '/run/log/journal', '/var/log/journal'].map((path) => bind(path, path, true)),
    },
    'kernel-modules': { mounts: [bind('/lib/modules')] },
    firmware: { mounts: [bind('/lib/firmware')] },
    sysfs: { mounts: [bind('/sys')] },
    procfs: { mounts: [bind('/proc')] },
    gpu: {
      more: { deviceRequests: [{ driver: '', count: 1, deviceIds: [], capabilities: [['gpu']], options: {} }] },
    },
    'extra-firmware': {
      mounts: [{ type: 'volume', source: 'extra-firmware', target: '/extra-firmware', readOnly: false }],
    },
    'host-os.board-rev': { environment: both({ HOST_OS_BOARD_REV: 'rev7', HOST_OS_BUILD: 'rev7' }) },
    optional: {},
  };

describe.each(Object.entries(ADDED))('the label io.balena.features.%s', (name, added) => {
  const plain = specify({});

  it.each(['io.balena', 'io.resin'])('has its effect as %s', (prefix) => {
    const { config, findings } = specify({ [`${prefix}.features.${name}`]: '1' });
    const { environment = {}, mounts = [], networks = [], more = {} } = added;
    expect(config.environment).toEqual({ ...plain.config.environment, ...environment });
    expect(config.mounts).toHaveLength(plain.config.mounts.length + mounts.length);
    expect(config.mounts).toEqual(expect.arrayContaining(mounts));
    expect(Object.keys(config.networks)).toEqual(['u1_default', ...networks]);
    expect(config.deviceRequests).toEqual('deviceRequests' in more ? more.deviceRequests : []);
    expect(findings).toMatchObject({ notices: [], problems: [] });
  });

  it.each(['0', 'false', '', 'yes'])('has none when it is %j', (value) => {
    const { config } = specify({ [`io.balena.features.${name}`]: value });
    expect({ ...config, labels: {} }).toEqual({ ...plain.config, labels: {} });
  });
});

describe('precedence of variables', () => {
  it('what features give overwrites what the service says, but for DOCKER_HOST', () => {
    const labels = { 'io.balena.features.balena-api': '1', 'io.balena.features.balena-socket': '1' };
    const { environment } = specify(labels, { environment: { BALENA_API_KEY: 'mine', DOCKER_HOST: 'tcp://x' } }).config;
    expect(environment).toMatchObject({ BALENA_API_KEY: 'device-key', DOCKER_HOST: 'tcp://x' });
  });
});
