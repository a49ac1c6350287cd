import { describe, expect, it } from 'vitest';
import { decodeCloudTarget, decodeTargetStateV2, keepLastGood, TargetState, TargetStateError } from './index.ts';

const SERVICE = { imageId: 7, serviceName: 'web', image: 'web:latest', environment: {}, labels: {} };
const app = (service: object, more: object = {}) => ({ name: 'a', commit: 'c', services: { 5: service }, ...more });
const v2 = (service: object, more: object = {}) => ({ local: { apps: { 1: app({ ...SERVICE, ...service }, more) } } });

function faultsOf(document: unknown): readonly string[] {
  try {
    decodeTargetStateV2(document);
  } catch (error) {
    if (error instanceof TargetStateError)
      return error.details.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

function nested(levels: number): object {
  let value: object = { type: 'sw.os' };
  for (let level = 0; level < levels; level++) value = { or: [value] };
  return value;
}

describe('a target that something behind it could not take is refused with the path of the fault', () => {
  it.each([
    [
      'an over-long service name',
      v2({ serviceName: 's'.repeat(256) }),
      /^local\.apps\.1\.services\.5\.serviceName: must have at most 255/,
    ],
    [
      'an app id beyond 2^53',
      { local: { apps: { '9007199254740993': app(SERVICE) } } },
      /^local\.apps\.9007199254740993: this name must be a whole number/,
    ],
    [
      'an app id with leading zeros',
      { local: { apps: { '1': app(SERVICE), '01': app(SERVICE) } } },
      /^local\.apps\.01: this name must be a whole number/,
    ],
    [
      'a commit that is a path',
      v2({}, { commit: '../../x' }),
      /^local\.apps\.1\.commit: must start with a letter or digit/,
    ],
    [
      'an image that is an option',
      v2({ image: '--help' }),
      /^local\.apps\.1\.services\.5\.image: must be an image reference/,
    ],
    [
      'a hostname of 70 characters',
      v2({ hostname: 'h'.repeat(70) }),
      /^local\.apps\.1\.services\.5\.hostname: must have at most 64/,
    ],
    [
      'a contract of 900 levels',
      v2({ contract: { requires: [nested(900)] } }),
      /^local\.apps\.1\.services\.5\.contract\.requires\..*: is nested in more than 64 levels/,
    ],
    [
      'NUL in a value',
      v2({ environment: { A: 'a\0b' } }),
      /^local\.apps\.1\.services\.5\.environment\.A: must be text without NUL/,
    ],
    [
      'a lone surrogate in a value',
      v2({ environment: { A: '\uD800' } }),
      /^local\.apps\.1\.services\.5\.environment\.A: must be text without NUL/,
    ],
    [
      'a lone surrogate in a name',
      v2({ labels: { 'a\uDFFF': 'x' } }),
      /^local\.apps\.1\.services\.5\.labels\.a\uFFFD: this name must be text without NUL/,
    ],
    [
      'a lone surrogate in a list',
      v2({ command: ['sh', '\uDC00x'] }),
      /^local\.apps\.1\.services\.5\.command\.1: must be text without NUL/,
    ],
  ])('%s', (_, document, fault) => {
    expect(faultsOf(document)).toEqual([expect.stringMatching(fault)]);
  });

  it('two apps that want one container name', () => {
    const one = app(SERVICE, { releaseId: 1 });
    expect(faultsOf({ local: { apps: { 1: one, 2: one } } })).toEqual([
      'local.apps.2: has the container name web_7_1_c of app 1 too; give each its own',
    ]);
    expect(faultsOf({ local: { apps: { 1: one, 2: app({ ...SERVICE, imageId: 8 }, { releaseId: 1 }) } } })).toEqual([]);
  });

  it('more values than any release has', () => {
    const environment = Object.fromEntries(Array.from({ length: 50_001 }, (_, index) => [`A${index}`, 1]));
    expect(faultsOf(v2({ environment }))).toEqual([expect.stringMatching(/holds more than 50000 values/)]);
  });

  it('more values in one service than any has, before a fault is looked for in each', () => {
    expect(faultsOf(v2({ volumes: Array.from({ length: 5_001 }, () => ({})) }))).toEqual([
      expect.stringMatching(/^local\.apps\.1\.services\.5: holds more than 5000 values/),
    ]);
    expect(faultsOf(v2({ volumes: Array.from({ length: 4_000 }, () => ({})) }))).toHaveLength(20);
  });

  it('with the first faults listed, and their number', () => {
    const environment = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`A${index}`, 1]));
    const decode = () => decodeTargetStateV2(v2({ environment }));
    expect(decode).toThrow(expect.objectContaining({ details: expect.objectContaining({ total: 5000 }) }));
    expect(faultsOf(v2({ environment }))).toHaveLength(100);
  });
});

describe("words that YAML read as something else than the release's author wrote", () => {
  const compositionOf = (service: object) =>
    decodeTargetStateV2(v2(service)).apps['1']?.release?.services['web']?.composition;

  it.each([
    [{ restart: false }, { restart: 'no' }],
    [{ restart: true }, { restart: 'always' }],
    [{ restart: '' }, { restart: '' }],
    [{ hostname: 123 }, { hostname: '123' }],
    [{ domainname: 5 }, { domainname: '5' }],
    [{ command: ['sleep', 100, true] }, { command: ['sleep', '100', 'true'] }],
    [{ entrypoint: 5 }, { entrypoint: '5' }],
    [{ stop_signal: 9 }, { stop_signal: '9' }],
    [{ cpuset: 0 }, { cpuset: '0' }],
    [{ dns_search: [1] }, { dns_search: ['1'] }],
    [{ network_mode: true }, { network_mode: 'true' }],
    [
      { privileged: 1, tty: 'no', init: 0 },
      { privileged: true, tty: false, init: false },
    ],
    [{ healthcheck: { test: ['CMD', 'sleep', 1] } }, { healthcheck: { test: ['CMD', 'sleep', '1'] } }],
    [{ tmpfs: [true] }, { tmpfs: ['true'] }],
  ])('%j', (written, read) => {
    expect(compositionOf(written)).toEqual(read);
  });
});

const RELEASE = { id: 8, services: { web: { id: 5, image_id: 7, image: 'web:1', environment: {}, labels: {} } } };
const cloud = (apps: object, more: object = {}) => ({ me: { apps, ...more } });
const odd = (id: unknown) => ({ id, name: 'odd', releases: { '../../x': RELEASE } });
const healthy = (id: number, commit = 'c') => ({ id, name: 'f', releases: { [commit]: { ...RELEASE, id: id + 100 } } });

describe("a cloud's target with one odd part", () => {
  it('has all the others, and says what is wrong with it', () => {
    const target = decodeCloudTarget(
      cloud({ a: healthy(1), b: odd(2) }, { config: { RESIN_A: 'x', BALENA_B: 5 }, name: 'x\ny' }),
      'me',
    );
    expect(Object.keys(target.apps)).toEqual(['a']);
    expect(target.config).toEqual({ A: 'x' });
    expect(target.name).toBeUndefined();
    expect(target.unread).toEqual([
      { part: 'name', key: 'name', faults: [{ path: 'me.name', message: 'must not contain a line break' }] },
      { part: 'config', key: 'B', faults: [{ path: 'me.config.BALENA_B', message: 'must be a string' }] },
      { part: 'app', key: 'b', faults: [expect.objectContaining({ path: 'me.apps.b.releases.../../x' })] },
    ]);
  });

  it('keeps the last good values of what could not be decoded', () => {
    const last = decodeCloudTarget(
      cloud({ a: healthy(1, 'old'), b: healthy(2, 'old') }, { config: { A: '1', B: '2' }, name: 'n' }),
      'me',
    );
    const next = decodeCloudTarget(
      cloud({ a: healthy(1, 'new'), b: odd(2) }, { config: { A: '3', B: [] }, name: 5 }),
      'me',
    );
    const kept = keepLastGood(next, last);
    expect(kept.apps['a']?.release?.commit).toBe('new');
    expect(kept.apps['b']).toEqual(last.apps['b']);
    expect(kept).toMatchObject({ name: 'n', config: { A: '3', B: '2' }, unread: next.unread });
    expect(keepLastGood(next, null)).toEqual(next);
  });

  it('does not keep an app whose id another one has by now', () => {
    const last = decodeCloudTarget(cloud({ b: healthy(2) }), 'me');
    const kept = keepLastGood(decodeCloudTarget(cloud({ a: healthy(2), b: odd(2) }), 'me'), last);
    expect(Object.keys(kept.apps)).toEqual(['a']);
  });

  it.each([
    ['one id', { a: healthy(1), b: { ...healthy(1), releases: {} } }],
    ['one container name', { a: healthy(1), b: { ...healthy(2), releases: healthy(1).releases } }],
  ])('takes neither of two apps that have %s', (_, apps) => {
    const target = decodeCloudTarget(cloud({ ...apps, c: healthy(3) }), 'me');
    expect(Object.keys(target.apps)).toEqual(['c']);
    expect(target.unread?.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('survives being stored', () => {
    const target = decodeCloudTarget(cloud({ a: healthy(1), b: odd(2) }), 'me');
    expect(TargetState.parse(JSON.parse(JSON.stringify(target)))).toEqual(target);
  });
});

it('a stored app that an earlier version took and this one does not costs the others nothing', () => {
  const stored = decodeCloudTarget(cloud({ a: healthy(1), b: healthy(2) }), 'me');
  const document = JSON.parse(JSON.stringify(stored).replaceAll('"uuid":"b"', `"uuid":"${'b'.repeat(300)}"`));
  const target = TargetState.parse(document);
  expect(Object.keys(target.apps)).toEqual(['a']);
  expect(target.unread).toMatchObject([{ part: 'app', key: 'b' }]);
});
