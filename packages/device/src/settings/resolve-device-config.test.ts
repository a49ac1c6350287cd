import { decodeTargetStateV3 } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLES } from './config-variables.ts';
import { DEFAULT_SETTINGS, formatSettings, resolveDeviceConfig, undeclaredConfig } from './resolve-device-config.ts';

it('has the defaults that are documented', () => {
  expect(formatSettings(DEFAULT_SETTINGS)).toEqual({
    SUPERVISOR_POLL_INTERVAL: '900000',
    SUPERVISOR_INSTANT_UPDATE_TRIGGER: 'true',
    SUPERVISOR_LOCAL_MODE: 'false',
    SUPERVISOR_CONNECTIVITY_CHECK: 'true',
    SUPERVISOR_LOG_CONTROL: 'true',
    SUPERVISOR_API_REQUEST_TIMEOUT: '59000',
    SUPERVISOR_DELTA: 'false',
    SUPERVISOR_DELTA_REQUEST_TIMEOUT: '59000',
    SUPERVISOR_DELTA_APPLY_TIMEOUT: '0',
    SUPERVISOR_DELTA_RETRY_COUNT: '30',
    SUPERVISOR_DELTA_RETRY_INTERVAL: '10000',
    SUPERVISOR_OVERRIDE_LOCK: 'false',
    SUPERVISOR_PERSISTENT_LOGGING: 'false',
    SUPERVISOR_VPN_CONTROL: 'true',
    HOST_FIREWALL_MODE: 'off',
    HOST_DISCOVERABILITY: 'true',
    SUPERVISOR_HARDWARE_METRICS: 'true',
  });
});

it('says of each variable what it is, once', () => {
  const variables = Object.values(CONFIG_VARIABLES);
  const names = variables.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const { description } of variables) expect(description).toMatch(/^[A-Z].*\.$/);
});

describe('a value', () => {
  it.each([
    ['SUPERVISOR_POLL_INTERVAL', ' 60000 ', { pollInterval: 60_000 }],
    ['SUPERVISOR_DELTA_APPLY_TIMEOUT', '0', { deltaApplyTimeout: 0 }],
    ['HOST_FIREWALL_MODE', 'AUTO', { firewallMode: 'auto' }],
    ['SUPERVISOR_LOCAL_MODE', '1', { localMode: true }],
    ['SUPERVISOR_DELTA', 'True', { delta: true }],
    ['SUPERVISOR_DELTA', 'on', { delta: true }],
    ['SUPERVISOR_VPN_CONTROL', '0', { vpnControl: false }],
    ['SUPERVISOR_LOG_CONTROL', 'off', { logControl: false }],
    ['OVERRIDE_LOCK', '1', { overrideLock: true }],
  ])('of %s may be %j', (name, value, expected) => {
    expect(resolveDeviceConfig({ [name]: value })).toEqual({
      settings: { ...DEFAULT_SETTINGS, ...expected },
      bootVariables: {},
      problems: [],
    });
  });

  it.each([
    ['SUPERVISOR_POLL_INTERVAL', '', 'must be a whole number of milliseconds from 1000 on; the default 900000 applies'],
    [
      'SUPERVISOR_POLL_INTERVAL',
      '999',
      'must be a whole number of milliseconds from 1000 on; the default 900000 applies',
    ],
    // It would be over at once: timers are 32 bits wide.
    [
      'SUPERVISOR_DELTA_RETRY_INTERVAL',
      '2147483648',
      'must be a whole number of milliseconds from 0 on; the default 10000 applies',
    ],
    ['SUPERVISOR_DELTA_RETRY_COUNT', '-1', 'must be a whole number from 0 on; the default 30 applies'],
    ['SUPERVISOR_DELTA_RETRY_COUNT', '1e3', 'must be a whole number from 0 on; the default 30 applies'],
    ['HOST_FIREWALL_MODE', 'yes', 'must be on or off or auto; the default off applies'],
    ['SUPERVISOR_VPN_CONTROL', 'no', 'must be true or false (also 1, 0, on, off); the default true applies'],
    ['OVERRIDE_LOCK', '2', 'must be true or false (also 1, 0, on, off); the default false applies'],
  ])('of %s must not be %j', (variable, value, message) => {
    expect(resolveDeviceConfig({ [variable]: value })).toEqual({
      settings: DEFAULT_SETTINGS,
      bootVariables: {},
      problems: [{ variable, message }],
    });
  });
});

it('takes the present name before an older one', () => {
  const config = { OVERRIDE_LOCK: 'true', SUPERVISOR_OVERRIDE_LOCK: 'false' };
  expect(resolveDeviceConfig(config).settings.overrideLock).toBe(false);
});

it('hands on the variables of boot configuration, and leaves out unknown ones', () => {
  const boot = {
    HOST_CONFIG_gpu_mem: '16',
    HOST_EXTLINUX_fdt: '/a',
    HOST_ODMDATA_configuration: '1',
    HOST_CONFIGFS_ssdt: '"a"',
    HOST_SPLASH_image: 'x',
  };
  expect(resolveDeviceConfig({ ...boot, SUPERVISOR_FOO: '1', HOST_DISCOVERABILITY: '0', toString: 'x' })).toEqual({
    settings: { ...DEFAULT_SETTINGS, hostDiscoverability: false },
    bootVariables: boot,
    problems: [],
  });
});

it('gets a configuration whose prefixes decoding took away, the newer before the older, any before none', () => {
  const uuid = 'a'.repeat(32);
  const target = decodeTargetStateV3(
    {
      [uuid]: {
        name: 'device',
        apps: {},
        config: {
          SUPERVISOR_POLL_INTERVAL: '1001',
          RESIN_SUPERVISOR_POLL_INTERVAL: '1002',
          BALENA_SUPERVISOR_POLL_INTERVAL: '1003',
          SUPERVISOR_DELTA: '0',
          RESIN_SUPERVISOR_DELTA: '1',
          RESIN_HOST_CONFIG_gpu_mem: '16',
        },
      },
    },
    uuid,
  );
  const { settings, bootVariables } = resolveDeviceConfig(target.config);
  expect([settings.pollInterval, settings.delta, bootVariables]).toEqual([1003, true, { HOST_CONFIG_gpu_mem: '16' }]);
});

it('tells what the cloud does not know yet', () => {
  const current = {
    ...formatSettings({ ...DEFAULT_SETTINGS, persistentLogging: true, delta: true }),
    HOST_CONFIG_gpu_mem: '16',
    HOST_CONFIG_a: '1',
  };
  expect(undeclaredConfig(current, { SUPERVISOR_DELTA: 'false', HOST_CONFIG_a: '2' })).toEqual({
    SUPERVISOR_PERSISTENT_LOGGING: 'true',
    HOST_CONFIG_gpu_mem: '16',
  });
});
