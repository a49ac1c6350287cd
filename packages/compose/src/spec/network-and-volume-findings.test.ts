import { describe, expect, it } from 'vitest';
import type { NetworkComposition, TargetApp, VolumeComposition } from '@device-supervisor/state';
import { TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
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

  it.each<[NonNullable<NetworkComposition['ipam']>, string]>([
    [
      { config: [{ subnet: '300.0.0.0/8' }] },
      "ipam.config[0].subnet '300.0.0.0/8' is not a range of addresses; write e.g. 172.28.0.0/24",
    ],
    [
      { config: [{ subnet: '10.0.0.0' }] },
      "ipam.config[0].subnet '10.0.0.0' is not a range of addresses; write e.g. 172.28.0.0/24",
    ],
    [
      { config: [{}, { ip_range: '10.1/16' }] },
      "ipam.config[1].ip_range '10.1/16' is not a range of addresses; write e.g. 172.28.0.0/24",
    ],
    [{ config: [{ gateway: '10.0.0' }] }, "ipam.config[0].gateway '10.0.0' is not an address; write e.g. 172.28.0.5"],
    [
      { config: [{ aux_addresses: { router: 'x' } }] },
      "ipam.config[0].aux_addresses.router 'x' is not an address; write e.g. 172.28.0.5",
    ],
  ])('network addresses %j', (ipam, problem) => {
    const { findings } = specifyNetwork('net', { ipam }, anApp());
    expect(findings.problems.map(({ field, reason }) => `${field} ${reason}`)).toEqual([`networks.net.${problem}`]);
  });

  it('takes addresses of both families', () => {
    const ipam = {
      config: [
        { subnet: '10.0.0.0/8', gateway: '10.0.0.1' },
        { subnet: 'fd00::/64', ip_range: 'fd00::/80' },
      ],
    };
    expect(specifyNetwork('net', { ipam }, anApp()).findings).toMatchObject({ problems: [], notices: [] });
  });

  it('says which parts of the addresses have no effect', () => {
    const ipam = { speed: 1, config: [{ subnet: '10.0.0.0/8', colour: 1 }] };
    expect(specifyNetwork('net', { ipam }, anApp()).findings.notices.map(({ field }) => field)).toEqual([
      'networks.net.ipam.config[0].colour',
      'networks.net.ipam.speed',
    ]);
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
    const spec = specifyVolume('data', composition, { app: anApp(), device: TEST_DEVICE });
    expect(spec.name).toBe(name);
    expect(spec.external).toBe(!name.startsWith('1_'));
    expect(spec.findings.notices.map(({ field }) => field)).toEqual(notices);
  });
});
