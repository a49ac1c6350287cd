import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import type { DeviceFacts } from '../spec/device-facts.ts';
import { TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
import { checkContracts, type ContractVerdict } from './check-contracts.ts';

const DEVICE: DeviceFacts = {
  ...TEST_DEVICE,
  type: 'raspberrypi4-64',
  arch: 'aarch64',
  hostOs: { slug: 'balena-os', version: '5.1.20+rev1' },
  kernelVersion: '5.10.95-v8',
  l4tVersion: '32.7',
  supervisorVersion: '17.0.0',
};

function check(services: Record<string, Partial<TargetService>>, device: Partial<DeviceFacts> = {}): ContractVerdict {
  const [app] = Object.values(testTarget({ services }).apps);
  if (app?.release == null) throw new Error('the fixture has no release');
  return checkContracts(app.release, { ...DEVICE, ...device });
}

/** Reasons why a service that requires this is refused. */
function reasons(requires: unknown, device?: Partial<DeviceFacts>): readonly string[] {
  const verdict = check({ web: { contract: { type: 'sw.container', slug: 'web', requires } } }, device);
  return verdict.status === 'met' ? [] : verdict.reasons.map(({ reason }) => reason);
}

describe('a requirement', () => {
  it.each<[object]>([
    [{ type: 'sw.supervisor' }],
    [{ type: 'sw.spec', slug: 'compose', version: '>=2' }],
    [{ type: 'sw.spec', slug: 'compose', version: '^2.0.0' }],
    [{ type: 'sw.supervisor', version: '>=16.4.2' }],
    [{ type: 'sw.supervisor', version: '^17' }],
    [{ type: 'sw.os', slug: 'balena-os', version: '>=5.1.20' }],
    [{ type: 'sw.os', version: '5.1.x || 6.x' }],
    [{ type: 'sw.kernel', version: '>=5.10.95 <6' }],
    [{ type: 'sw.kernel', slug: 'linux', version: '5.10.95' }],
    [{ type: 'sw.l4t', version: '32.7' }],
    [{ type: 'sw.l4t', version: '>=32.6.1' }],
    [{ type: 'hw.device-type', slug: 'raspberrypi4-64' }],
    [{ type: 'arch.sw', slug: 'aarch64' }],
    [
      {
        or: [
          { type: 'arch.sw', slug: 'amd64' },
          { type: 'arch.sw', slug: 'aarch64' },
        ],
      },
    ],
    [{ or: [{ type: 'arch.sw', slug: 'amd64' }, { or: [{ type: 'sw.supervisor', version: '17' }] }] }],
  ])('%j is met', (requirement) => {
    expect(reasons([requirement])).toEqual([]);
  });

  it.each<[object, string]>([
    [{ type: 'sw.supervisor', version: '>=18' }, 'sw.supervisor >=18 is required, and the device has 17.0.0'],
    [
      { type: 'sw.os', slug: 'other-os', version: '>=1' },
      'sw.os other-os >=1 is required, and the device has balena-os 5.1.20+rev1',
    ],
    [
      { type: 'sw.spec', slug: 'compose', version: '>=3' },
      'sw.spec compose >=3 is required, and the device has compose 2.0.0',
    ],
    [{ type: 'sw.kernel', version: '<5.10.95' }, 'sw.kernel <5.10.95 is required, and the device has linux 5.10.95'],
    [
      { type: 'hw.device-type', slug: 'intel-nuc' },
      'hw.device-type intel-nuc is required, and the device has raspberrypi4-64',
    ],
    [
      {
        or: [
          { type: 'arch.sw', slug: 'amd64' },
          { type: 'sw.supervisor', version: '16.x' },
        ],
      },
      'none of these is met: arch.sw amd64 is required, and the device has aarch64; sw.supervisor 16.x is required, and the device has 17.0.0',
    ],
    [
      { type: 'hw.colour', slug: 'red' },
      'hw.colour is required, which is not one of sw.spec, sw.supervisor, sw.os, sw.kernel, sw.l4t, hw.device-type, arch.sw',
    ],
    [
      { type: 'toString' },
      'toString is required, which is not one of sw.spec, sw.supervisor, sw.os, sw.kernel, sw.l4t, hw.device-type, arch.sw',
    ],
    [
      { type: 'sw.supervisor', version: 'new' },
      "sw.supervisor is required in the version 'new', which is not a range of versions such as >=1.2.0",
    ],
  ])('%j is not met', (requirement, reason) => {
    expect(reasons([requirement])).toEqual([reason]);
  });

  it('of something that the device does not have, or does not tell, is not met', () => {
    expect(reasons([{ type: 'sw.l4t', version: '*' }], { l4tVersion: null })).toEqual([
      'sw.l4t * is required, and the device has none',
    ]);
    expect(reasons([{ type: 'sw.os', version: '*' }], { hostOs: {} })).toHaveLength(1);
    expect(reasons([{ type: 'sw.os', version: '*' }], { hostOs: { version: 'rolling' } })).toHaveLength(1);
  });

  it.each<[unknown, RegExp]>([
    ['sw.supervisor', /^contract\.requires: /],
    [[{ slug: 'x' }], /^contract\.requires\.0\.type: /],
    [[{ or: [] }], /^contract\.requires\.0\.or: /],
    [[{ or: [{ type: 7 }] }], /^contract\.requires\.0\.or\.0\.type: /],
    [[null], /^contract\.requires\.0: /],
    [[{ type: 'arch.sw', data: { arch: 'aarch64' } }], /^contract\.requires\.0\.data: is not supported$/],
  ])('%j cannot be read, which refuses the release', (requires, message) => {
    expect(reasons(requires)).toEqual([expect.stringMatching(message)]);
  });
});

describe('a release', () => {
  const unmet = { requires: [{ type: 'arch.sw', slug: 'amd64' }] };
  const reason = 'arch.sw amd64 is required, and the device has aarch64';

  it('without contracts, or with empty ones, is fit for every device', () => {
    expect(check({ web: {}, db: { contract: {} }, cache: { contract: { requires: [] } } })).toEqual({
      status: 'met',
      leftOut: [],
    });
  });

  it('is rejected when one of its services is not fit for the device', () => {
    expect(check({ web: {}, db: { contract: unmet } })).toEqual({
      status: 'rejected',
      reasons: [{ service: 'db', reason }],
    });
  });

  it.each<[string, Partial<TargetService>]>([
    ['label of the target', { labels: { 'io.balena.features.optional': '1' } }],
    ['label of the compose file', { composition: { labels: ['io.balena.features.optional=true'] } }],
    ['label of the former name', { labels: { 'io.resin.features.optional': 'on' } }],
  ])('runs without a service that is optional by a %s', (_, service) => {
    expect(check({ web: {}, db: { contract: unmet, ...service } })).toEqual({
      status: 'met',
      leftOut: [{ service: 'db', reason }],
    });
  });

  it('is still rejected when another service is not optional', () => {
    const optional = { contract: unmet, labels: { 'io.balena.features.optional': '1' } };
    const verdict = check({ web: { contract: unmet }, db: optional });
    expect(verdict).toEqual({ status: 'rejected', reasons: [{ service: 'web', reason }] });
    expect(check({ db: { ...optional, labels: { 'io.balena.features.optional': '0' } } }).status).toBe('rejected');
  });
});
