import { describe, expect, it } from 'vitest';
import type { NetworkComposition, TargetApp, VolumeComposition } from '@device-supervisor/state';
import { testTarget } from '../testing/fixtures.ts';
import { specifyNetwork } from './network-spec.ts';
import { specifyVolume } from './volume-spec.ts';

function anApp(): TargetApp {
  const [app] = Object.values(testTarget({ services: {} }).apps);
  if (app === undefined) throw new Error('the fixture has no app');
  return app;
}

describe('networks and volumes', () => {
  it.each<[NetworkComposition, { name: string; notices: string[] }]>([
    [
      { driver: 'bridge', internal: true, 'x-mine': 1 },
      { name: 'u1_net', notices: [] },
    ],
    [
      { name: 'own', attachable: true },
      { name: 'u1_net', notices: ['networks.net.name', 'networks.net.attachable'] },
    ],
    [{ external: true }, { name: 'net', notices: [] }],
    [
      { external: true, name: 'everybodys' },
      { name: 'everybodys', notices: [] },
    ],
    [{ external: { name: 'old-form' } }, { name: 'old-form', notices: [] }],
    [
      { external: true, internal: true },
      { name: 'net', notices: ['networks.net.internal'] },
    ],
    [{ external: false }, { name: 'u1_net', notices: [] }],
  ])('network %j', (composition, { name, notices }) => {
    const spec = specifyNetwork('net', composition, anApp());
    expect(spec.name).toBe(name);
    expect(spec.external).toBe(!name.startsWith('u1_'));
    expect(spec.findings.notices.map(({ field }) => field)).toEqual(notices);
  });

  it.each<[VolumeComposition, { name: string; notices: string[] }]>([
    [
      { driver: 'local', labels: ['a=b'] },
      { name: '1_data', notices: [] },
    ],
    [{ name: 'own' }, { name: '1_data', notices: ['volumes.data.name'] }],
    [
      { external: true, name: 'common' },
      { name: 'common', notices: [] },
    ],
    [
      { external: true, driver: 'local' },
      { name: 'data', notices: ['volumes.data.driver'] },
    ],
  ])('volume %j', (composition, { name, notices }) => {
    const spec = specifyVolume('data', composition, anApp());
    expect(spec.name).toBe(name);
    expect(spec.external).toBe(!name.startsWith('1_'));
    expect(spec.findings.notices.map(({ field }) => field)).toEqual(notices);
  });
});
