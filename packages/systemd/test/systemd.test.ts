import { createSystemd } from '@device-supervisor/systemd';
import { describeSystemdContract } from '@device-supervisor/systemd/testing/contract';
import { startDeviceHost, waitFor, type DeviceHost } from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

let host: DeviceHost;

beforeAll(async () => {
  host = await startDeviceHost(inject('engineEndpoint'));
  await host.exec(`
    unit() { printf '[Unit]\\n%b\\n[Service]\\n%b\\n' "$2" "$3" > /etc/systemd/system/$1; }
    unit probe.service PartOf=probe.target 'ExecStart=/usr/bin/sleep infinity'
    unit idle.service '' 'ExecStart=/usr/bin/sleep infinity'
    unit broken.service '' 'Type=oneshot\\nExecStart=/usr/bin/false'
    unit slow.service '' 'Type=oneshot\\nExecStart=/usr/bin/sleep 2'
    systemctl daemon-reload && systemctl start probe.service`);
});

afterAll(() => host[Symbol.asyncDispose]());

describeSystemdContract('a real host', async () => {
  const systemd = createSystemd({ busAddress: host.busAddress });
  return { systemd, [Symbol.asyncDispose]: () => systemd[Symbol.asyncDispose]() };
});

describe('a host whose services restart', () => {
  it('is asked again over a new connection after its bus was restarted', async () => {
    await using systemd = createSystemd({ busAddress: host.busAddress });
    const before = await systemd.units.state('dbus.service');
    await host.exec('systemctl restart dbus.service');
    // The first call may still find the old connection.
    const after = await waitFor('the new bus', () => systemd.units.state('dbus.service'), {
      until: ({ activeState }) => activeState === 'active',
    });
    expect(after.invocationId).not.toBe(before.invocationId);
    await systemd.units.restart('probe.service');
  });

  it('fails only the call that its bus was killed under', async () => {
    await using systemd = createSystemd({ busAddress: host.busAddress });
    await systemd.units.state('probe.service');
    const slow = systemd.units.start('slow.service').then(
      () => 'done',
      (error: unknown) => error,
    );
    await waitFor('the job', () => host.unit('slow.service'), { until: (unit) => unit.activeState === 'activating' });
    await host.exec('systemctl kill --signal=KILL dbus.service');
    expect(await slow).toMatchObject({ code: 'BUS_UNAVAILABLE' });
    await waitFor('the next call', () => systemd.units.state('probe.service'));
    await systemd.units.restart('probe.service');
  });

  it('notices the end of a job while systemd re-executed itself', async () => {
    await using systemd = createSystemd({ busAddress: host.busAddress });
    const slow = systemd.units.start('slow.service');
    await waitFor('the job', () => host.unit('slow.service'), { until: (unit) => unit.activeState === 'activating' });
    await host.exec('systemctl daemon-reexec');
    await slow;
    expect(await systemd.units.state('slow.service')).toMatchObject({ activeState: 'inactive' });
  });
});

describe('power', () => {
  it.each([
    ['reboot', 'reboot'],
    ['powerOff', 'power-off'],
  ] as const)('%s takes the host down, and the next boot is reached over the same object', async (method, shutdown) => {
    await using systemd = createSystemd({ busAddress: host.busAddress });
    const before = await systemd.units.state('dbus.service');
    await systemd.power[method]();
    expect(await host.shutdown()).toBe(shutdown);
    await expect(systemd.units.state('dbus.service')).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    await host.start();
    expect((await systemd.units.state('dbus.service')).invocationId).not.toBe(before.invocationId);
  });
});
