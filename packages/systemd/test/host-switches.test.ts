import { createDiscoverability, createVpnControl, type UnitSwitchDependencies } from '@device-supervisor/device';
import { createFakeClock } from '@device-supervisor/device/testing';
import { createSystemd, type Systemd } from '@device-supervisor/systemd';
import { startDeviceHost, waitFor, type DeviceHost } from '@device-supervisor/testbed';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

const resources = new AsyncDisposableStack();
const clock = createFakeClock();
const faults: unknown[] = [];
let host: DeviceHost;
let systemd: Systemd;
let dependencies: UnitSwitchDependencies;

beforeAll(async () => {
  host = resources.use(await startDeviceHost(inject('engineEndpoint')));
  systemd = resources.use(createSystemd({ busAddress: host.busAddress }));
  dependencies = { units: systemd.units, clock, onFault: (error) => faults.push(error) };
});

afterAll(() => resources.disposeAsync());

beforeEach(() => {
  faults.length = 0;
});

describe('VPN control on a real host', () => {
  it('takes the VPN down and brings it back', async () => {
    const vpn = createVpnControl(dependencies);
    expect(await vpn.state()).toBe('on');
    for (const [wanted, connected] of [
      [false, ''],
      [true, 'active\n'],
    ] as const) {
      expect(await vpn.set(wanted)).toBe('switching');
      await waitFor('the switch', () => vpn.set(wanted), { until: (outcome) => outcome === 'unchanged' });
      await waitFor('what the VPN says', () => host.exec('ls /run/openvpn/vpn_status 2>/dev/null || true'), {
        until: (files) => files === connected,
      });
    }
    expect(faults).toEqual([]);
  });

  it('is done with a VPN that never comes up, and does not ask for it over and over', async () => {
    const vpn = createVpnControl(dependencies);
    await vpn.set(false);
    await waitFor('the VPN to be off', () => vpn.state(), { until: (state) => state === 'off' });
    await host.exec(`mkdir -p /run/systemd/system/openvpn.service.d
      printf '[Service]\\nExecStartPre=/usr/bin/false\\nRestart=no\\n' > /run/systemd/system/openvpn.service.d/broken.conf
      systemctl daemon-reload`);
    expect(await vpn.set(true)).toBe('switching');
    await waitFor('the failure', () => faults, { until: (all) => all.length > 0 });
    expect(faults).toMatchObject([{ code: 'UNIT_JOB_FAILED', details: { unit: 'openvpn.service', result: 'failed' } }]);
    // It is switched on, as far as the supervisor can do something about it.
    expect(await vpn.set(true)).toBe('unchanged');

    // A unit that ends as if it were not wanted.
    await host.exec('systemctl reset-failed openvpn.service');
    expect(await vpn.state()).toBe('off');
    expect(await vpn.set(true)).toBe('postponed');
    clock.advance(600_000);
    expect(await vpn.set(true)).toBe('switching');
  });
});

describe('discoverability of a real host', () => {
  it('is taken away and given back, with the socket that would start the service', async () => {
    const discoverability = createDiscoverability(dependencies);
    expect(await discoverability.state()).toBe('on');
    for (const [wanted, state] of [
      [false, 'inactive'],
      [true, 'active'],
    ] as const) {
      expect(await discoverability.set(wanted)).toBe('switching');
      await waitFor('the switch', () => discoverability.set(wanted), { until: (outcome) => outcome === 'unchanged' });
      for (const unit of ['avahi-daemon.service', 'avahi-daemon.socket']) {
        expect(await host.unit(unit)).toMatchObject({ activeState: state });
      }
    }
  });
});

it('a host without a VPN has nothing to switch', async () => {
  await host.exec('rm /etc/systemd/system/openvpn.service && systemctl stop openvpn && systemctl daemon-reload');
  const vpn = createVpnControl(dependencies);
  expect(await vpn.state()).toBe(null);
  expect(await vpn.set(true)).toBe('absent');
});
