import { describe, expect, it } from 'vitest';
import { decodeTargetStateV2, decodeTargetStateV3, formatTargetStateV2, TargetStateError } from './index.ts';

const SERVICE = { imageId: 7, serviceName: 'web', image: 'web:latest', environment: {}, labels: {} };

function v2(service: unknown): unknown {
  return { local: { apps: { 1: { name: 'app', commit: 'abc', releaseId: '3', services: { 5: service } } } } };
}

function faultsOf(decode: () => unknown): unknown {
  try {
    decode();
  } catch (error) {
    if (error instanceof TargetStateError)
      return error.details.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return 'decoded';
}

describe('target state v2', () => {
  it('decodes ids sent as strings, compose keys beside the named ones, and nulls as absent', () => {
    const target = decodeTargetStateV2(
      v2({ ...SERVICE, imageId: '7', command: null, networks: { default: null }, ports: ['80:8080'] }),
    );
    expect(target.apps['1']).toEqual({
      id: 1,
      uuid: '1',
      name: 'app',
      class: 'fleet',
      isHost: false,
      release: {
        id: 3,
        commit: 'abc',
        networks: {},
        volumes: {},
        services: {
          web: {
            id: 5,
            name: 'web',
            imageId: 7,
            image: 'web:latest',
            environment: {},
            labels: {},
            running: true,
            composition: { networks: { default: null }, ports: ['80:8080'] },
          },
        },
      },
    });
  });

  it('takes an app without a commit as one without a release', () => {
    expect(decodeTargetStateV2({ local: { apps: { 1: { name: 'app' } } } }).apps['1']?.release).toBeNull();
  });

  it.each([
    ['null', null, ': expected object, received null'],
    ['a list', [], ': expected object, received array'],
    ['an empty object', {}, 'local: is missing or not an object; to remove every app, send {"local":{"apps":{}}}'],
    [
      'no apps',
      { local: {} },
      'local.apps: is missing or not an object; to remove every app, send {"local":{"apps":{}}}',
    ],
    [
      'apps as a list',
      { local: { apps: [] } },
      'local.apps: is missing or not an object; to remove every app, send {"local":{"apps":{}}}',
    ],
    [
      'an app id that is no number',
      { local: { apps: { x: { name: 'a' } } } },
      'local.apps.x: this name must be a whole number from 0 to 9007199254740991, without leading zeros',
    ],
    ['a null app', { local: { apps: { 1: null } } }, 'local.apps.1: expected object, received null'],
    ['a null service', v2(null), 'local.apps.1.services.5: expected object, received null'],
    [
      'no service name',
      v2({ ...SERVICE, serviceName: undefined }),
      'local.apps.1.services.5.serviceName: is missing (expected string)',
    ],
    [
      'a number as a variable',
      v2({ ...SERVICE, environment: { A: 1 } }),
      'local.apps.1.services.5.environment.A: must be a string',
    ],
    [
      'a compose key of a wrong type',
      v2({ ...SERVICE, cap_add: 5 }),
      'local.apps.1.services.5.cap_add: Invalid input: expected array, received number',
    ],
    ['a device name of two lines', { local: { name: 'a\nb', apps: {} } }, 'local.name: must not contain a line break'],
  ])('refuses %s', (_, document, fault) => {
    expect(faultsOf(() => decodeTargetStateV2(document))).toEqual([fault]);
  });

  it('refuses two services of one name', () => {
    const services = { 1: SERVICE, 2: SERVICE };
    expect(
      faultsOf(() => decodeTargetStateV2({ local: { apps: { 1: { name: 'a', commit: 'c', services } } } })),
    ).toEqual(['local.apps.1.services.2.serviceName: web is the name of service 1 too']);
  });

  it('names at most five faults in its message', () => {
    const services = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [String(index), null]));
    expect(() => decodeTargetStateV2({ local: { apps: { 1: { name: 'a', services } } } })).toThrow(/\(and 4 more\)$/);
  });

  it('is printed in a form that decodes to the same', () => {
    const target = decodeTargetStateV2(
      v2({ ...SERVICE, ports: [80], contract: { type: 'sw.container' }, running: false }),
    );
    expect(decodeTargetStateV2({ local: formatTargetStateV2(target) })).toEqual({ ...target, name: '' });
  });
});

describe('target state v3', () => {
  const service = {
    id: 5,
    image_id: '7',
    image: `web@sha256:${'0'.repeat(64)}`,
    environment: { A: 'b' },
    labels: {},
    composition: {},
  };
  const app = { id: 6, name: 'fleet', releases: { abc: { id: 8, services: { web: service } } } };

  it('takes the entry of this device, with its release', () => {
    const target = decodeTargetStateV3({ me: { name: 'dev', apps: { cafe: app } }, other: {} }, 'me');
    expect(target).toMatchObject({
      name: 'dev',
      apps: {
        cafe: {
          id: 6,
          uuid: 'cafe',
          release: { id: 8, commit: 'abc', services: { web: { name: 'web', imageId: 7, running: true } } },
        },
      },
    });
  });

  it('takes an app without releases as one without a release', () => {
    expect(
      decodeTargetStateV3({ me: { apps: { cafe: { id: 6, name: 'f' } } } }, 'me').apps['cafe']?.release,
    ).toBeNull();
  });

  it('strips the prefixes of configuration names, the newest one winning', () => {
    const config = { A: 'none', RESIN_A: 'resin', BALENA_A: 'balena', RESIN_B: 'resin', C: 'none' };
    expect(decodeTargetStateV3({ me: { config, apps: {} } }, 'me').config).toEqual({
      A: 'balena',
      B: 'resin',
      C: 'none',
    });
  });

  it.each([
    [
      'two releases',
      { me: { apps: { c: { ...app, releases: { a: app.releases.abc, b: app.releases.abc } } } } },
      'me.apps.c.releases: must hold at most one release',
    ],
    ['an unknown device', { other: {} }, 'me: is missing (expected object)'],
    [
      'an empty image',
      { me: { apps: { c: { ...app, releases: { a: { id: 1, services: { web: { ...service, image: '' } } } } } } } },
      'me.apps.c.releases.a.services.web.image: must not be empty',
    ],
  ])('refuses %s', (_, document, fault) => {
    expect(faultsOf(() => decodeTargetStateV3(document, 'me'))).toEqual([fault]);
  });
});

describe('configs and secrets', () => {
  const files = { configs: { app: { content: 'a=1' } }, secrets: { key: { content: 'k', 'x-mine': 1 }, none: null } };
  const decoded = { configs: files.configs, secrets: { key: { content: 'k', 'x-mine': 1 }, none: {} } };

  it('are decoded from both formats, and printed', () => {
    const app = { name: 'app', commit: 'abc', services: {}, ...files };
    const target = decodeTargetStateV2({ local: { name: 'device', apps: { 1: app } } });
    expect(target.apps['1']?.release).toMatchObject(decoded);
    expect(decodeTargetStateV2({ local: formatTargetStateV2(target) })).toEqual(target);
    const releases = { abc: { id: 1, services: {}, volumes: {}, networks: {}, ...files } };
    const v3 = { uuid: { name: 'device', apps: { a: { id: 1, name: 'app', releases } } } };
    expect(decodeTargetStateV3(v3, 'uuid').apps['a']?.release).toMatchObject(decoded);
  });

  it('are faults when their content is none', () => {
    const app = { name: 'app', commit: 'abc', services: {}, secrets: { key: { content: {} } } };
    expect(faultsOf(() => decodeTargetStateV2({ local: { apps: { 1: app } } }))).toEqual([
      expect.stringContaining('local.apps.1.secrets.key.content'),
    ]);
  });
});
