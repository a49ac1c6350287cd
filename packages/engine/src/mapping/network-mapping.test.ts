import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABELS, type NetworkConfig } from '@device-supervisor/compose';
import { NetworkEntry, VolumeEntry } from '../wire/engine-wire.ts';
import { readNetwork, readNetworkConfig, readVolume, writeNetwork, writeVolume } from './network-mapping.ts';

const OURS = { [LABELS.supervised]: 'true', [LABELS.appId]: '7' };
const PLAIN: NetworkConfig = {
  driver: 'bridge',
  driverOpts: {},
  enableIpv6: false,
  internal: false,
  configOnly: false,
  labels: OURS,
  ipam: { driver: 'default', config: [], options: {} },
};

/** Reports of an engine that add to the configuration. */
function inspect(config: NetworkConfig, added: object = {}): NetworkEntry {
  return NetworkEntry.parse(JSON.parse(JSON.stringify({ Id: 'n', ...writeNetwork('net', config), ...added })));
}

describe('a network', () => {
  const word = fc.stringMatching(/^[a-z0-9.:/]{1,8}$/);
  const map = fc.dictionary(word, word, { maxKeys: 3 });
  const pools = fc.uniqueArray(
    fc.record({ subnet: word, gateway: fc.option(word, { nil: '' }), ipRange: word, auxAddresses: map }),
    {
      selector: ({ subnet }) => subnet,
      maxLength: 3,
    },
  );

  it('is read as it was written, whatever it is', () => {
    const anyNetwork = fc.record({
      driver: word,
      driverOpts: map,
      enableIpv6: fc.boolean(),
      internal: fc.boolean(),
      configOnly: fc.boolean(),
      labels: map,
      ipam: fc.record({ driver: word, config: pools, options: map }),
    });
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const labels =
          network.ipam.config.length > 0 ? { ...network.labels, [LABELS.userIpam]: 'true' } : network.labels;
        const config = { ...network, labels };
        expect(readNetworkConfig(inspect(config))).toEqual(config);
      }),
    );
  });

  it('is read without the address range that the engine chose', () => {
    const IPAM = { Driver: 'default', Options: null, Config: [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }] };
    expect(readNetworkConfig(inspect(PLAIN, { IPAM }))).toEqual(PLAIN);
  });

  it('is read without the ranges and gateways that the engine chose beside those of the user', () => {
    const pool = (subnet: string) => ({ subnet, gateway: '', ipRange: '', auxAddresses: {} });
    const config = {
      ...PLAIN,
      labels: { ...OURS, [LABELS.userIpam]: 'true' },
      ipam: { driver: 'default', config: [pool('fd00::/64'), pool('10.0.0.0/24')], options: {} },
    };
    const Config = [
      { Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' },
      { Subnet: '10.0.0.0/24', Gateway: '10.0.0.1' },
      { Subnet: 'fd00::/64' },
    ];
    expect(readNetworkConfig(inspect(config, { IPAM: { Driver: 'default', Config } }))).toEqual(config);
  });

  it('of an agent that only marked that the user chose the range is read as it is', () => {
    const Labels = { ...OURS, [LABELS.userIpam]: 'true' };
    const IPAM = { Driver: 'default', Config: [{ Subnet: '10.0.0.0/24' }] };
    expect(readNetworkConfig(inspect(PLAIN, { IPAM, Labels })).ipam.config).toEqual([
      { subnet: '10.0.0.0/24', gateway: '', ipRange: '', auxAddresses: {} },
    ]);
  });

  it('that all apps share has no labels, and is known without them', () => {
    const IPAM = { Driver: 'default', Config: [{ Subnet: '10.114.104.0/25', Gateway: '10.114.104.1' }] };
    const Options = { 'com.docker.network.bridge.name': 'supervisor0' };
    const entry = { ...inspect(PLAIN, { IPAM, Options, Labels: {} }), Name: 'supervisor0' };
    expect(readNetwork(entry)).toMatchObject({ supervised: true, appId: null });
    expect(writeNetwork('supervisor0', readNetwork(entry).config)).toMatchObject({ Labels: {}, Options });
    expect(readNetwork({ ...entry, Labels: OURS }).config).toEqual(readNetwork(entry).config);
    expect(readNetwork({ ...entry, Options: {}, IPAM: null })).toMatchObject({ supervised: false });
    expect(readNetwork({ ...entry, Name: 'supervisor1' })).toMatchObject({ supervised: false });
  });

  it('keeps the driver of one that only holds configuration, which engines do not show', () => {
    for (const driver of ['bridge', 'macvlan']) {
      const config = { ...PLAIN, configOnly: true, driver };
      expect(readNetworkConfig(inspect(config, { Driver: 'null' }))).toEqual(config);
    }
  });

  const former = { 'io.resin.supervised': 'true' };
  it.each([
    { source: 'its label', Name: 'net', Labels: OURS, appId: 7 },
    { source: 'its former label', Name: 'net', Labels: { ...former, 'io.resin.app-id': '7' }, appId: 7 },
    { source: 'its name', Name: '7_net', Labels: former, appId: 7 },
    { source: 'nothing', Name: 'net', Labels: former, appId: null },
    { source: "nothing, when it is another client's,", Name: '7_net', Labels: {}, appId: null },
    { source: 'nothing, when it is named after a uuid,', Name: `${'1'.repeat(32)}_net`, Labels: former, appId: null },
  ])('belongs to the app that $source tells', ({ Name, Labels, appId }) => {
    expect(readNetwork(inspect(PLAIN, { Name, Labels }))).toMatchObject({ name: Name, appId });
  });
});

describe('a volume', () => {
  it('is read as it was written', () => {
    const labels = { [LABELS.supervised]: 'true', [LABELS.appUuid]: 'a1' };
    const config = { driver: 'local', driverOpts: { type: 'tmpfs' }, labels };
    const { DriverOpts: Options, ...body }: { readonly DriverOpts?: object } = writeVolume('data', config);
    expect(readVolume(VolumeEntry.parse({ ...body, Options }))).toEqual({
      name: 'data',
      supervised: true,
      appUuid: 'a1',
      config,
    });
  });

  it('of another client may have neither labels nor options', () => {
    const entry = VolumeEntry.parse({ Name: 'data', Driver: 'local', Labels: null, Options: null });
    const config = { driver: 'local', driverOpts: {}, labels: {} };
    expect(readVolume(entry)).toEqual({ name: 'data', supervised: false, appUuid: null, config });
  });
});
