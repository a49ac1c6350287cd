import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
import { specifyWeb } from '../testing/specify-composition.ts';
import type { ServiceSpec, ServiceSpecContext } from './service-spec.ts';

function specify(service: Partial<TargetService>, context: Partial<ServiceSpecContext> = {}): ServiceSpec {
  const target = testTarget({ services: { web: service }, networks: { back: {} }, volumes: { data: {} } });
  return specifyWeb(target, context);
}

describe('a service that asks for nothing', () => {
  const { config, findings, containerName } = specify({});

  it('is named after its service, image, release and commit', () => {
    expect(containerName).toBe('web_1_1_c1');
  });

  it('restarts always, has a terminal, and is on the network default under its name', () => {
    expect(config).toMatchObject({
      restart: { name: 'always', maximumRetryCount: 0 },
      tty: true,
      networkMode: 'u1_default',
      networks: { u1_default: { aliases: ['web'] } },
    });
  });

  it('carries the labels by which it is recognised', () => {
    expect(config.labels).toEqual({
      'io.balena.supervised': 'true',
      'io.balena.app-id': '1',
      'io.balena.app-uuid': 'u1',
      'io.balena.service-id': '1',
      'io.balena.service-name': 'web',
    });
  });

  it('has its lock directory at both paths', () => {
    const source = '/tmp/balena-supervisor/services/1/web';
    expect(config.mounts).toEqual([
      { type: 'bind', source, target: '/tmp/balena', readOnly: false },
      { type: 'bind', source, target: '/tmp/resin', readOnly: false },
    ]);
  });

  it('gets the variables of its device under both prefixes', () => {
    const both = {
      APP_ID: '1',
      APP_UUID: 'u1',
      APP_NAME: 'app1',
      SERVICE_NAME: 'web',
      DEVICE_UUID: 'd0d0',
      DEVICE_TYPE: 'generic-amd64',
      DEVICE_ARCH: 'amd64',
      HOST_OS_VERSION: 'Test OS 1',
      APP_LOCK_PATH: '/tmp/balena/updates.lock',
      DEVICE_NAME_AT_INIT: 'test device',
    };
    const prefixed = Object.entries(both).flatMap(([name, value]) => [
      [`BALENA_${name}`, value],
      [`RESIN_${name}`, value],
    ]);
    expect(config.environment).toEqual({
      ...Object.fromEntries(prefixed),
      BALENA: '1',
      RESIN: '1',
      USER: 'root',
      BALENA_SERVICE_HANDOVER_COMPLETE_PATH: '/tmp/balena/handover-complete',
      RESIN_SERVICE_KILL_ME_PATH: '/tmp/balena/handover-complete',
    });
  });

  it('has no findings', () => {
    expect(findings).toMatchObject({ notices: [], problems: [] });
  });
});

describe('environment', () => {
  it('takes the target over the compose file, and the compose file over ours', () => {
    const { config } = specify({
      environment: { A: 'target' },
      composition: { environment: ['A=compose', 'B=compose', 'USER=app', 'UNSET'] },
    });
    expect(config.environment).toMatchObject({ A: 'target', B: 'compose', USER: 'app' });
    expect(config.environment).not.toHaveProperty('UNSET');
  });
});

describe('feature labels', () => {
  const labels = { 'io.balena.features.supervisor-api': '1' };

  it('supervisor-api gives the address and key of the API, and a place on its network', () => {
    const { config } = specify(
      { labels, environment: { BALENA_SUPERVISOR_PORT: 'overwritten' } },
      { supervisorApiKey: 'secret-key' },
    );
    for (const prefix of ['BALENA', 'RESIN']) {
      expect(config.environment).toMatchObject({
        [`${prefix}_SUPERVISOR_API_KEY`]: 'secret-key',
        [`${prefix}_SUPERVISOR_HOST`]: '10.114.104.1',
        [`${prefix}_SUPERVISOR_PORT`]: '48484',
        [`${prefix}_SUPERVISOR_ADDRESS`]: 'http://10.114.104.1:48484',
      });
    }
    expect(Object.keys(config.networks)).toEqual(['u1_default', 'supervisor0']);
  });

  it('supervisor-api on the host network uses the loopback address', () => {
    const { config } = specify({ labels, composition: { network_mode: 'host' } }, { supervisorApiKey: 'secret-key' });
    expect(config.environment['BALENA_SUPERVISOR_ADDRESS']).toBe('http://127.0.0.1:48484');
    expect(config.networks).toEqual({});
  });

  it('of the former names count as well, and those that are not truthy do not', () => {
    const mounts = (name: string, value: string): string[] =>
      specify({ labels: { [name]: value } }).config.mounts.map(({ target }) => target);
    expect(mounts('io.resin.features.dbus', '1')).toContain('/host/run/dbus');
    expect(mounts('io.balena.features.dbus', '0')).not.toContain('/host/run/dbus');
  });

  it('balena-socket mounts the engine, and leaves a DOCKER_HOST of the service', () => {
    const { config } = specify({ labels: { 'io.balena.features.balena-socket': '1' } });
    expect(config.mounts.filter(({ source }) => source === '/var/run/docker.sock').map(({ target }) => target)).toEqual(
      ['/host/run/balena-engine.sock', '/var/run/balena.sock', '/var/run/docker.sock'],
    );
    expect(config.environment['DOCKER_HOST']).toBe('unix:///host/run/balena-engine.sock');
    const own = specify({
      labels: { 'io.balena.features.balena-socket': '1' },
      environment: { DOCKER_HOST: 'tcp://x' },
    });
    expect(own.config.environment['DOCKER_HOST']).toBe('tcp://x');
  });

  it('for what the host does not have are noticed', () => {
    const { findings } = specify(
      { labels: { 'io.balena.features.firmware': '1' } },
      { device: { ...TEST_DEVICE, hasFirmware: false } },
    );
    expect(findings.notices).toEqual([
      { field: 'labels', reason: 'io.balena.features.firmware has no effect: the host has no /lib/firmware' },
    ]);
  });
});

describe('compose fields', () => {
  it.each<[string, TargetService['composition'], object]>([
    ['command as a line', { command: "sh -c 'echo hi'" }, { command: ['sh', '-c', 'echo hi'] }],
    ['command as a list', { command: ['a', 'b c'] }, { command: ['a', 'b c'] }],
    ['restart with retries', { restart: 'on-failure:5' }, { restart: { name: 'on-failure', maximumRetryCount: 5 } }],
    ['tmpfs with options', { tmpfs: '/run:size=64m' }, { tmpfs: { '/run': 'size=64m' } }],
    ['cpus', { cpus: '0.5' }, { resources: { nanoCpus: 500_000_000 } }],
    ['mem_limit', { mem_limit: '64m' }, { resources: { memory: 67_108_864 } }],
    ['storage_opt', { storage_opt: { size: '1G' } }, { storageOpt: { size: '1G' } }],
    [
      'ulimits',
      { ulimits: { nproc: 5, nofile: { soft: 1, hard: 2 } } },
      {
        ulimits: [
          { name: 'nofile', soft: 1, hard: 2 },
          { name: 'nproc', soft: 5, hard: 5 },
        ],
      },
    ],
    ['capabilities', { cap_add: ['CAP_SYS_ADMIN', 'net_admin'] }, { capAdd: ['NET_ADMIN', 'SYS_ADMIN'] }],
    [
      'a device with permissions',
      { devices: ['/dev/a:rw'] },
      { devices: [{ hostPath: '/dev/a', containerPath: '/dev/a', permissions: 'rw' }] },
    ],
    ['hosts in both forms', { extra_hosts: ['a:1.2.3.4', 'b=::1'] }, { extraHosts: ['a:1.2.3.4', 'b:::1'] }],
    ['stop_grace_period', { stop_grace_period: '1m30s' }, { stopTimeout: 90 }],
    ['security labels', { security_opt: ['label=disable', 'seccomp=x'] }, { securityOpt: ['seccomp=x'] }],
    [
      'a health check',
      { healthcheck: { test: 'true', interval: '5s', start_period: '1m' } },
      { healthcheck: { test: ['CMD-SHELL', 'true'], interval: 5000, timeout: 0, startPeriod: 60_000, retries: 0 } },
    ],
    ['no health check', { healthcheck: { disable: true } }, { healthcheck: { test: ['NONE'] } }],
    ['expose', { expose: [80] }, { exposedPorts: ['80/tcp'] }],
    ['the host network', { network_mode: 'host', hostname: 'x' }, { networkMode: 'host', networks: {}, hostname: '' }],
  ])('reads %s', (_, composition, expected) => {
    const spec = specify({ composition });
    expect(spec.config).toMatchObject(expected);
    expect(spec.findings.problems).toEqual([]);
  });

  it('gives an endpoint the name of the service and the aliases asked for', () => {
    const { config } = specify({ composition: { networks: { back: { aliases: ['db'], ipv4_address: '10.1.2.3' } } } });
    expect(config.networks).toEqual({
      u1_back: { aliases: ['db', 'web'], ipv4Address: '10.1.2.3', ipv6Address: '', linkLocalIps: [] },
    });
  });

  it.each<[string, TargetService['composition'], { field: string; reason: string }]>([
    [
      'an unknown network',
      { networks: ['x'] },
      { field: 'networks.x', reason: 'is not one of the networks of the app' },
    ],
    [
      'an unknown volume',
      { volumes: ['x:/x'] },
      { field: 'volumes[0]', reason: "volume 'x' is not one of the app's volumes" },
    ],
    ['an unknown dependency', { depends_on: ['x'] }, { field: 'depends_on.x', reason: 'there is no such service' }],
    [
      'the network of a container',
      { network_mode: 'container:x' },
      { field: 'network_mode', reason: "'container:x' is not supported; use host, none, bridge or service:<name>" },
    ],
    [
      'a bad size',
      { mem_limit: 'much' },
      { field: 'mem_limit', reason: "'much' is not a size; write a number of bytes or e.g. 64m" },
    ],
    [
      'a bad number of CPUs',
      { cpus: 'two' },
      { field: 'cpus', reason: "'two' is not a number of CPUs; write e.g. 0.5" },
    ],
  ])('refuses %s', (_, composition, problem) => {
    expect(specify({ composition }).findings.problems).toEqual([problem]);
  });
});
