import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const stack = new AsyncDisposableStack();
const run = promisify(execFile);
let fixture: CloudFixture;
let host: DeviceHost;

beforeAll(async () => {
  fixture = stack.use(await startCloudFixture());
  host = stack.use(await startDeviceHost(inject('engineEndpoint')));
});

afterAll(() => stack.disposeAsync());

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

/** Our rules, in whichever of the kernel's packet filters the engine's are. */
async function firewall(): Promise<string> {
  const chain = ['-S', 'BALENA-FIREWALL'];
  const printed = await Promise.allSettled([run('iptables-legacy', chain), run('iptables-nft', chain)]);
  return printed.map((one) => (one.status === 'fulfilled' ? one.value.stdout : String(one.reason))).join('\n');
}

/** Waits until a configuration of the cloud was applied, the last part of which is what the firewall shows. */
async function configured(fleet: Fleet, device: StubDevice, mode: 'on' | 'off'): Promise<void> {
  fixture.cloud.change(device, () => fleet.config.set('BALENA_HOST_FIREWALL_MODE', mode));
  const last = mode === 'on' ? '-j REJECT' : '-j RETURN';
  await waitFor(`the firewall to be ${mode}`, firewall, {
    until: (rules) =>
      rules
        .trimEnd()
        .split('\n')
        .some((rule) => rule.endsWith(last) || rule.includes(`${last} `)),
  });
}

describe.each([
  { on: true, reported: { BALENA_SUPERVISOR_PERSISTENT_LOGGING: 'true' } },
  { on: false, reported: { BALENA_SUPERVISOR_VPN_CONTROL: 'false', BALENA_HOST_DISCOVERABILITY: 'false' } },
])('a host whose switches are on: $on', ({ on, reported }) => {
  const fleetOf = (): Fleet => fixture.cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });

  it('keeps them at its first boot and at a new installation, without a reboot, and the cloud learns of them', async () => {
    await host.exec(`systemctl ${on ? 'start' : 'stop'} ${UNITS.toReversed().join(' ')}`);
    const fleet = fleetOf();
    const first = await start(fleet, on);
    const before = await look(first);
    expect(before).toMatchObject({ units: UNITS.map(() => (on ? 'active' : 'inactive')), persistentLogging: on });
    const device = await first.registered();
    await waitFor('the configuration of the host', () => device.config.size >= Object.keys(reported).length);
    expect(Object.fromEntries(device.config)).toMatchObject(reported);
    await configured(fleet, device, 'on');
    expect(await look(first)).toEqual(before);
    await first[Symbol.asyncDispose]();

    // With a new database, and a cloud that does not know of the switches any more.
    device.config.clear();
    await using second = await start(device, on);
    await waitFor('the configuration of the host', () => device.config.size >= Object.keys(reported).length);
    expect(Object.fromEntries(device.config)).toMatchObject(reported);
    await configured(fleet, device, 'off');
    expect(await look(second)).toEqual(before);
    expect(await host.isRunning()).toBe(true);
    expect(second.output()).not.toMatch(/has to reboot|Applied the (VPN|discoverability|persistent logging)/);
  });
});

it('a reboot that a configuration needs is announced in log and report before it comes', async () => {
  await host.exec(`systemctl start ${UNITS.toReversed().join(' ')}`);
  const fleet = fixture.cloud.createFleet({ config: { RESIN_SUPERVISOR_POLL_INTERVAL: '1000' } });
  await using supervisor = await start(fleet, false);
  const device = await supervisor.registered();
  await configured(fleet, device, 'on');
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
