import { describe, expect, it } from 'vitest';
import { decodeConfigJson } from './decode-config-json.ts';

describe('decodeConfigJson', () => {
  it('takes every key that it knows, and leaves out the others', () => {
    const config = {
      apiEndpoint: 'https://api.example.com',
      apiKey: 'provisioning',
      deviceApiKey: 'device',
      uuid: '0123456789abcdef0123456789abcdef',
      deviceId: 1,
      registered_at: 1700000000,
      applicationId: 2,
      deviceType: 'raspberrypi4-64',
      deltaEndpoint: 'https://delta.example.com',
      registryEndpoint: 'registry2.example.com:5000',
      logsEndpoint: 'http://logs.example.com:8080/v1',
      listenPort: 48484,
      apiTimeout: 900000,
      appUpdatePollInterval: 900000,
      bootstrapRetryDelay: 30000,
      hostname: 'my-device.local',
      persistentLogging: true,
      initialDeviceName: 'Any name, été',
      developmentMode: false,
      balenaRootCA: 'LS0tLS1CRUdJTg==',
      os: {
        network: { connectivity: { uri: '' }, wifi: null },
        kernel: { extraFirmwareVol: 'extra-firmware' },
        power: { mode: 'low' },
        fan: { profile: 'quiet' },
      },
    };
    const foreign = {
      vpnEndpoint: 'vpn.example.com',
      os: { ...config.os, sshKeys: ['a'], power: { mode: 'low', x: 1 } },
    };
    expect(decodeConfigJson({ ...config, ...foreign })).toEqual({ config, problems: [] });
  });

  it.each([
    ['listenPort', '48484', 48484],
    ['listenPort', ' 80 ', 80],
    ['registered_at', 0, 0],
    ['persistentLogging', 'true', true],
    ['persistentLogging', ' TRUE ', true],
    ['persistentLogging', 1, true],
    ['persistentLogging', '1', true],
    ['persistentLogging', 'on', true],
    ['developmentMode', 'false', false],
    ['developmentMode', 0, false],
    ['developmentMode', '0', false],
    ['developmentMode', 'off', false],
  ])('reads %s %j as %j', (key, value, expected) => {
    expect(decodeConfigJson({ [key]: value })).toEqual({ config: { [key]: expected }, problems: [] });
  });

  it.each(['apiEndpoint', 'uuid', 'listenPort', 'persistentLogging', 'os'])('takes a blank %s for absent', (key) => {
    expect(decodeConfigJson({ [key]: null })).toEqual({ config: {}, problems: [] });
    expect(decodeConfigJson({ [key]: '' })).toEqual({ config: {}, problems: [] });
  });

  it('takes a blank key of os for absent', () => {
    expect(decodeConfigJson({ os: { power: { mode: '' }, fan: null } })).toEqual({
      config: { os: { power: {} } },
      problems: [],
    });
  });

  it.each([
    ['apiEndpoint', 'api.example.com', 'must be an http or https URL'],
    ['apiEndpoint', 'ftp://api.example.com', 'must be an http or https URL'],
    ['apiEndpoint', 7, 'must be a string'],
    ['deviceApiKey', 'two words', 'must be printable characters without spaces'],
    ['uuid', 'xyz', 'must be at least 32 hexadecimal digits'],
    ['deviceId', 'one', 'must be a whole number from 1 on'],
    ['deviceId', 0, 'must be a whole number from 1 on'],
    ['deviceId', 1.5, 'must be a whole number from 1 on'],
    ['deviceId', -1, 'must be a whole number from 1 on'],
    ['deviceId', true, 'must be a whole number from 1 on'],
    ['listenPort', 65536, 'must be a whole number from 1 to 65535'],
    ['listenPort', '99999999999999999999', 'must be a whole number from 1 to 65535'],
    ['hostname', 'my device', 'must be a hostname'],
    ['hostname', '-a', 'must be a hostname'],
    ['hostname', 'a..b', 'must be a hostname'],
    ['hostname', 'a'.repeat(64), 'must be a hostname'],
    ['hostname', Array(64).fill('abcd').join('.'), 'must be a hostname'],
    ['persistentLogging', 'maybe', 'must be true or false'],
    ['persistentLogging', 2, 'must be true or false'],
    ['os', 'linux', 'must be an object'],
    ['os', [], 'must be an object'],
  ])('reports %s %j, and keeps the rest', (key, value, message) => {
    expect(decodeConfigJson({ [key]: value, deviceType: 'kept' })).toEqual({
      config: { deviceType: 'kept' },
      problems: [{ key, message }],
    });
  });

  it('reports several problems, also deep in os, and keeps what is beside them', () => {
    const raw = {
      hostname: 1,
      apiTimeout: 'x',
      os: { network: [], power: { mode: 1 }, fan: { profile: 'a' }, kernel: 'x' },
    };
    expect(decodeConfigJson(raw)).toEqual({
      config: { os: { power: {}, fan: { profile: 'a' } } },
      problems: [
        { key: 'apiTimeout', message: 'must be a whole number from 1 on' },
        { key: 'hostname', message: 'must be a string' },
        { key: 'os.network', message: 'must be an object' },
        { key: 'os.kernel', message: 'must be an object' },
        { key: 'os.power.mode', message: 'must be a string' },
      ],
    });
  });

  it('does not change what it was given', () => {
    const raw = { hostname: 1, os: { power: { mode: null } } };
    decodeConfigJson(raw);
    expect(raw).toEqual({ hostname: 1, os: { power: { mode: null } } });
  });
});
