import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  startCloudFixture,
  startDeviceHost,
  waitFor,
  type CloudFixture,
  type DeviceHost,
  type DeviceProcess,
  type Fleet,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

const stack = new AsyncDisposableStack();
let fixture: CloudFixture;
let host: DeviceHost;

beforeAll(async () => {
  fixture = stack.use(await startCloudFixture());
});

afterAll(() => stack.disposeAsync());

// Its config.json makes it one device.
beforeEach(async () => {
  host = await startDeviceHost(inject('engineEndpoint'));
});

afterEach(() => host[Symbol.asyncDispose]());

const UNITS = ['openvpn.service', 'avahi-daemon.service', 'avahi-daemon.socket'];

/** The switches of the host, and the boot it is in. */
async function look(supervisor: DeviceProcess): Promise<unknown> {
  const units = await Promise.all(UNITS.map((name) => host.unit(name)));
  const { persistentLogging }: { persistentLogging?: boolean } = JSON.parse(
    await readFile(supervisor.configJson, 'utf8'),
  );
  return {
    units: units.map(({ activeState }) => activeState),
    persistentLogging,
    boot: await host.exec('cat /proc/sys/kernel/random/boot_id'),
  };
}

async function start(owner: Fleet | StubDevice, persistentLogging: boolean): Promise<DeviceProcess> {
  return await fixture.startDevice(owner, {
    host,
    config: { persistentLogging },
    environment: { BOOT_ID_PATH: join(host.rootMount, 'proc/sys/kernel/random/boot_id') },
  });
}

/** Which switches of the host are on. */
interface Switches {
  readonly vpn: boolean;
  readonly discoverability: boolean;
  readonly logging: boolean;
}

/** Switches discoverability over and back again: when that is done, a whole round has applied everything else before. */
async function configured(
  device: StubDevice,
  { discoverability: on }: Pick<Switches, 'discoverability'>,
): Promise<void> {
  for (const wanted of [!on, on]) {
    fixture.cloud.change(device, () => device.config.set('BALENA_HOST_DISCOVERABILITY', String(wanted)));
    for (const name of UNITS.slice(1)) {
      await waitFor(`${name} to be ${wanted ? 'on' : 'off'}`, () => host.unit(name), {
        until: ({ activeState }) => activeState === (wanted ? 'active' : 'inactive'),
      });
    }
  }
}

/** Every switch on and off, with the others the same and the other way round. */
const SWITCHES: readonly Switches[] = [
  { vpn: true, discoverability: true, logging: true },
  { vpn: false, discoverability: false, logging: false },
  { vpn: true, discoverability: false, logging: false },
  { vpn: false, discoverability: true, logging: false },
  { vpn: false, discoverability: false, logging: true },
  { vpn: true, discoverability: true, logging: false },
];

/** Facts that the cloud does not know: settings that differ from their defaults. */
function undeclared({ vpn, discoverability, logging }: Switches): Record<string, string> {
  return {
    ...(vpn ? {} : { BALENA_SUPERVISOR_VPN_CONTROL: 'false' }),
    ...(discoverability ? {} : { BALENA_HOST_DISCOVERABILITY: 'false' }),
    ...(logging ? { BALENA_SUPERVISOR_PERSISTENT_LOGGING: 'true' } : {}),
  };
}

describe.each(SWITCHES)('a host with VPN $vpn, discoverability $discoverability, logging $logging', (switches) => {
  const reported = undeclared(switches);
  const fleetOf = (): Fleet => fixture.cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });

  it('keeps them at its first boot and at a new installation, without a reboot, and the cloud learns of them', async () => {
    const states = UNITS.map((name) => (name.startsWith('openvpn') ? switches.vpn : switches.discoverability));
    for (const [index, on] of [...states.entries()].toReversed()) {
      await host.exec(`systemctl ${on ? 'start' : 'stop'} ${UNITS[index]}`);
    }
    const fleet = fleetOf();
    let device: StubDevice;
    let before: unknown;
    {
      await using first = await start(fleet, switches.logging);
      before = await look(first);
      expect(before).toMatchObject({
        units: states.map((on) => (on ? 'active' : 'inactive')),
        persistentLogging: switches.logging,
      });
      device = await first.registered();
      await waitFor('the configuration of the host', () => device.config.size >= Object.keys(reported).length);
      expect(Object.fromEntries(device.config)).toMatchObject(reported);
      await configured(device, switches);
      expect(await look(first)).toEqual(before);
    }

    // With a new database, and a cloud that does not know of the switches any more.
    device.config.clear();
    await using second = await start(device, switches.logging);
    await waitFor('the configuration of the host', () => device.config.size >= Object.keys(reported).length);
    expect(Object.fromEntries(device.config)).toMatchObject(reported);
    await configured(device, switches);
    expect(await look(second)).toEqual(before);
    expect(await host.isRunning()).toBe(true);
    expect(second.output()).not.toMatch(/has to reboot|Applied the (VPN|persistent logging)/);
  });
});

it('a reboot that a configuration needs is announced in log and report before it comes', async () => {
  await host.exec(`systemctl start ${UNITS.toReversed().join(' ')}`);
  const fleet = fixture.cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
  await using supervisor = await start(fleet, false);
  const device = await supervisor.registered();
  await configured(device, { discoverability: true });
  const states: unknown[] = [];
  const down = host.shutdown();
  fixture.cloud.change(device, () => device.config.set('BALENA_SUPERVISOR_PERSISTENT_LOGGING', 'true'));
  expect(await down).toBe('reboot');
  for (const { provisioning_state: state } of device.reports) if (state !== undefined) states.push(state);
  expect(states).toContain('Reboot needed: persistent logging is to be on');
  const said = device.logs.map(({ message }) => message);
  expect(said).toContainEqual(expect.stringMatching(/^The device has to reboot: persistent logging is to be on/));
  expect(supervisor.output()).toContain('The device reboots now: persistent logging is to be on');
  await supervisor.kill();
  await host.start();
});
