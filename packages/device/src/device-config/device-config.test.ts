import type { TargetState } from '@device-supervisor/state';
import { decodeTargetStateV2 } from '@device-supervisor/state';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, createInMemoryHost, type FakeClock, type InMemoryHost } from '../testing/index.ts';
import { createDeviceConfig, type ConfigOutcome, type DeviceConfig } from './device-config.ts';

let host: InMemoryHost;
let clock: FakeClock;
let said: string[];
let deviceConfig: DeviceConfig;
let isReported: boolean;

function start(managed: boolean): void {
  deviceConfig = createDeviceConfig({
    ...host,
    managed,
    isReported: () => isReported,
    clock,
    random: () => 0,
    say: (message) => void said.push(message),
    reboot: host.reboot,
  });
}

beforeEach(() => {
  host = createInMemoryHost();
  clock = createFakeClock();
  said = [];
  isReported = true;
  start(true);
});

const targetOf = (config: Readonly<Record<string, string>>): TargetState => ({ config: { ...config }, apps: {} });

function converge(
  config: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<ConfigOutcome> {
  return deviceConfig.converge(targetOf(config), { localMode: false, signal });
}

const DONE: ConfigOutcome = {
  changed: false,
  pending: [],
  rebootNeeded: false,
  holdsReboot: false,
  retryIn: null,
};

describe('a configuration', () => {
  it('that is the default changes nothing of a host that is so already', async () => {
    expect(await converge({})).toEqual(DONE);
    expect(host.state).toMatchObject({
      firewall: { mode: 'off', situation: { localMode: false, apiPort: 48484, usesHostNetwork: false } },
      rebootReasons: [],
    });
    expect(said).toEqual([]);
  });

  it('is applied, what protects the device first, what needs a reboot last', async () => {
    const outcome = await converge({
      HOST_CONFIG_gpu_mem: '16',
      SUPERVISOR_PERSISTENT_LOGGING: '1',
      SUPERVISOR_VPN_CONTROL: '0',
      HOST_DISCOVERABILITY: '0',
      HOST_FIREWALL_MODE: 'on',
      SUPERVISOR_LOG_CONTROL: '0',
    });
    expect(outcome).toEqual({ ...DONE, changed: true, rebootNeeded: true });
    expect(host.calls).toEqual([
      'firewall',
      'vpn off',
      'discoverability off',
      'reboot schedule',
      'persistent-logging write',
      'boot-config plan',
      'reboot schedule',
      'boot-config write',
    ]);
    expect(host.state).toMatchObject({
      bootVariables: { HOST_CONFIG_gpu_mem: '16' },
      persistentLogging: true,
      vpn: false,
      discoverability: false,
      firewall: { mode: 'on' },
      rebootReasons: ['persistent logging is to be on', 'the boot configuration changes (HOST_CONFIG_gpu_mem)'],
    });
    expect(said).toEqual([
      'Applied the VPN: off',
      'Applied the discoverability: off',
      'Applied the persistent logging: on',
      'Applied the boot configuration: HOST_CONFIG_gpu_mem',
    ]);
  });

  it('that is applied in part has its reboot, and the rest is tried again', async () => {
    const outcome = await converge({ HOST_CONFIG_gpu_mem: '16', HOST_CONFIG_logo_failing: 'x' });
    expect(outcome).toMatchObject({
      rebootNeeded: true,
      pending: [{ step: 'boot configuration', reason: expect.stringContaining('a place cannot be written') }],
      retryIn: expect.any(Number),
    });
    expect(host.state.bootVariables).toEqual({ HOST_CONFIG_gpu_mem: '16' });
  });

  it('of which nothing is applied needs no reboot', async () => {
    expect((await converge({ HOST_CONFIG_logo_failing: 'x' })).rebootNeeded).toBe(false);
    expect(host.state.rebootReasons).toEqual([]);
  });

  it('costs no call while it stays the same, and is looked at again after a minute', async () => {
    await converge({ HOST_CONFIG_gpu_mem: '16' });
    const before = host.calls.length;
    expect((await converge({ HOST_CONFIG_gpu_mem: '16' })).changed).toBe(false);
    expect(host.calls).toHaveLength(before);
    host.state.vpn = false;
    clock.advance(60_000);
    expect((await converge({ HOST_CONFIG_gpu_mem: '16' })).changed).toBe(true);
    expect(host.state.vpn).toBe(true);
  });

  it('of a service on the network of the host is one of the firewall', async () => {
    const service = { imageId: 1, serviceName: 'web', image: 'web', running: true, environment: {}, labels: {} };
    const app = { name: 'app', commit: 'c', releaseId: 1, volumes: {}, networks: {} };
    const withService = (more: object): TargetState =>
      decodeTargetStateV2({
        local: { name: 'device', config: {}, apps: { 1: { ...app, services: { 1: { ...service, ...more } } } } },
      });
    const { signal } = new AbortController();
    await deviceConfig.converge(withService({}), { localMode: true, signal });
    expect(host.state.firewall?.situation.usesHostNetwork).toBe(false);
    await deviceConfig.converge(withService({ network_mode: 'host' }), { localMode: true, signal });
    expect(host.state.firewall?.situation.usesHostNetwork).toBe(true);
  });

  it('reports an unusable value once, and another one again', async () => {
    const invalid = { SUPERVISOR_POLL_INTERVAL: 'often', HOST_CONFIG_a_bad: '1' };
    for (const config of [invalid, invalid, { ...invalid, SUPERVISOR_DELTA: '1' }]) await converge(config);
    clock.advance(60_000);
    await converge(invalid);
    const problems = [
      'Configuration variable SUPERVISOR_POLL_INTERVAL is ignored: it must be a whole number of milliseconds from 1000 on; the default 900000 applies',
      'Configuration variable HOST_CONFIG_a_bad is ignored: it must not be bad',
    ];
    expect(said).toEqual(problems);
    await converge({ ...invalid, SUPERVISOR_POLL_INTERVAL: 'seldom' });
    await converge({});
    await converge(invalid);
    expect(said).toEqual([...problems, problems[0], ...problems]);
  });

  it('is not applied any further when the round ends', async () => {
    const controller = new AbortController();
    host.intercept('vpn off', async () => controller.abort());
    await converge({ SUPERVISOR_VPN_CONTROL: '0', HOST_CONFIG_gpu_mem: '16' }, controller.signal);
    expect(host.calls).not.toContain('boot-config plan');
    expect((await converge({ SUPERVISOR_VPN_CONTROL: '0', HOST_CONFIG_gpu_mem: '16' })).changed).toBe(true);
  });
});

describe('a host', () => {
  const OTHER_HOST = {
    persistentLogging: true,
    vpn: false,
    discoverability: false,
    bootVariables: { HOST_CONFIG_a: '1' },
  };
  const { signal } = new AbortController();

  beforeEach(() => void Object.assign(host.state, OTHER_HOST));

  it('keeps its switches while there is no target, but for the firewall; and does not reboot', async () => {
    expect(await deviceConfig.converge(null, { localMode: false, signal })).toEqual(DONE);
    expect(host.calls).toEqual(['firewall']);
    expect(host.state).toMatchObject({ ...OTHER_HOST, rebootReasons: [] });
    expect(said).toEqual([]);
  });

  it('keeps its switches until the cloud knows of them, and then follows the target', async () => {
    isReported = false;
    const named = { SUPERVISOR_VPN_CONTROL: '1', HOST_CONFIG_a: '2' };
    const outcome = await converge(named);
    expect(outcome).toMatchObject({ changed: false, rebootNeeded: false, retryIn: 5_000 });
    expect(outcome.pending).toContainEqual({
      step: 'persistent logging',
      reason: 'the cloud does not know yet how the host is configured',
    });
    expect(host.state).toMatchObject({ ...OTHER_HOST, rebootReasons: [] });
    isReported = true;
    expect(await converge(named)).toMatchObject({ changed: true, pending: [] });
    expect(host.state).toMatchObject({ persistentLogging: false, vpn: true, discoverability: true });
  });

  it('of a device without a cloud has only those switches changed that the target names, and never its VPN', async () => {
    start(false);
    await converge({});
    expect(host.state).toMatchObject({ ...OTHER_HOST, rebootReasons: [] });
    await converge({ SUPERVISOR_VPN_CONTROL: '1', HOST_DISCOVERABILITY: '1', SUPERVISOR_PERSISTENT_LOGGING: '0' });
    expect(host.state).toMatchObject({ vpn: false, discoverability: true, persistentLogging: false });
  });

  it('has failed steps tried again, also while there is no target', async () => {
    host.intercept('firewall', () => Promise.reject(new Error('busy')));
    expect(await deviceConfig.converge(null, { localMode: false, signal })).toMatchObject({
      pending: [{ step: 'firewall', reason: 'busy' }],
      retryIn: 500,
    });
  });
});

describe('a reboot', () => {
  it('is not needed for boot configuration that takes effect at once', async () => {
    expect(await converge({ HOST_CONFIG_fan_quiet: '1' })).toEqual({ ...DONE, changed: true });
    expect(host.state.rebootReasons).toEqual([]);
  });

  it('is scheduled before the change, so that a crash in between does not lose it', async () => {
    host.intercept('boot-config write', () => Promise.withResolvers<void>().promise);
    const round = converge({ HOST_CONFIG_gpu_mem: '16' });
    await until(() => host.calls.includes('boot-config write'));
    expect(host.state.rebootReasons).toHaveLength(1);
    clock.advance(30_000);
    // And is not to be done while the change is being made.
    expect(await round).toMatchObject({ holdsReboot: true, retryIn: 30_000 });
  });

  it('is taken back when the change fails: the device must not reboot endlessly', async () => {
    host.intercept('boot-config write', () => Promise.reject(new Error('read-only')));
    expect(await converge({ HOST_CONFIG_gpu_mem: '16' })).toMatchObject({ changed: false, rebootNeeded: false });
    expect(host.state.rebootReasons).toEqual([]);
  });

  it('is kept when it was scheduled for another reason, or by an earlier run', async () => {
    host.state.rebootReasons = ['the boot configuration changes (HOST_CONFIG_gpu_mem)'];
    host.intercept('boot-config write', () => Promise.reject(new Error('read-only')));
    expect(await converge({ HOST_CONFIG_gpu_mem: '16' })).toMatchObject({ rebootNeeded: true });
  });

  it('that cannot be scheduled is no reason to change anything', async () => {
    host.intercept('reboot schedule', () => Promise.reject(new Error('no space')));
    const { pending } = await converge({ HOST_CONFIG_gpu_mem: '16', SUPERVISOR_PERSISTENT_LOGGING: '1' });
    expect(pending.map(({ step }) => step)).toEqual(['persistent logging', 'boot configuration']);
    expect(host.state).toMatchObject({ bootVariables: {}, persistentLogging: false });
  });
});

describe('a step that fails', () => {
  const CONFIG = { SUPERVISOR_VPN_CONTROL: '0', HOST_CONFIG_gpu_mem: '16' };

  beforeEach(() => host.intercept('vpn off', () => Promise.reject(new Error('no bus'))));

  it('does not keep the others, and is held back for longer each time', async () => {
    expect(await converge(CONFIG)).toEqual({
      changed: true,
      pending: [{ step: 'VPN', reason: 'no bus' }],
      rebootNeeded: true,
      holdsReboot: false,
      retryIn: 500,
    });
    expect(said).toContain("Failed to apply the VPN due to 'no bus', retrying in 1 s");
    expect(await converge(CONFIG)).toMatchObject({ pending: [{ reason: 'no bus; next try in 1 s' }] });
    const tries = (): number => host.calls.filter((call) => call === 'vpn off').length;
    expect(tries()).toBe(1);
    const delays: (number | null)[] = [];
    for (let index = 0; index < 12; index++) {
      clock.advance((await converge(CONFIG)).retryIn ?? 0);
      delays.push((await converge(CONFIG)).retryIn);
    }
    expect(delays.slice(0, 3)).toEqual([1000, 2000, 4000]);
    expect(delays.at(-1)).toBe(900_000);
    expect(tries()).toBe(13);
  });

  it('is tried at once with another configuration, and when it succeeds all is well', async () => {
    await converge(CONFIG);
    host.intercept('vpn off', null);
    expect(await converge({ ...CONFIG, SUPERVISOR_DELTA: '1' })).toMatchObject({
      changed: true,
      pending: [],
      retryIn: null,
    });
    expect(host.state.vpn).toBe(false);
  });

  it.each([
    ['firewall', 'firewall', {}],
    ['discoverability', 'discoverability off', { HOST_DISCOVERABILITY: '0' }],
    ['persistent logging', 'persistent-logging write', { SUPERVISOR_PERSISTENT_LOGGING: '1' }],
    ['boot configuration', 'boot-config plan', { HOST_CONFIG_gpu_mem: '16' }],
  ])('may be any: %s', async (step, call, config) => {
    host.intercept(call, () => Promise.reject(new Error('broken')));
    expect((await converge(config)).pending).toEqual([{ step, reason: 'broken' }]);
    host.intercept(call, null);
    clock.advance(500);
    expect((await converge(config)).pending).toEqual([]);
  });
});

describe('a step that hangs', () => {
  it('holds up a round for half a minute once, and is not begun again meanwhile', async () => {
    const release = Promise.withResolvers<void>();
    host.intercept('vpn off', () => release.promise);
    const config = { SUPERVISOR_VPN_CONTROL: '0', HOST_CONFIG_gpu_mem: '16' };
    const round = converge(config);
    await until(() => host.calls.includes('vpn off'));
    clock.advance(30_000);
    expect(await round).toMatchObject({ pending: [{ step: 'VPN', reason: 'takes long' }], rebootNeeded: true });
    expect(host.state.bootVariables).toEqual({ HOST_CONFIG_gpu_mem: '16' });
    expect(await converge(config)).toMatchObject({ pending: [{ step: 'VPN', reason: 'takes long' }] });
    expect(said.filter((message) => message.includes('takes long'))).toHaveLength(1);
    release.resolve();
    await until(() => host.state.vpn === false);
    expect(await converge(config)).toMatchObject({ pending: [] });
  });
});

describe('current', () => {
  it('is what the host has, and what applies', async () => {
    await converge({ SUPERVISOR_DELTA: '1', SUPERVISOR_VPN_CONTROL: '1', HOST_CONFIG_gpu_mem: '16' });
    Object.assign(host.state, { vpn: false, persistentLogging: true, discoverability: null });
    expect(await deviceConfig.current()).toMatchObject({
      SUPERVISOR_DELTA: 'true',
      SUPERVISOR_VPN_CONTROL: 'false',
      SUPERVISOR_PERSISTENT_LOGGING: 'true',
      HOST_DISCOVERABILITY: 'true',
      HOST_CONFIG_gpu_mem: '16',
    });
  });
});

/** Lets what is under way continue until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !isSo(); turn++) await Promise.resolve();
  expect(isSo()).toBe(true);
}
