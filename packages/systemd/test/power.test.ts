import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  acquireDeviceLocks,
  createPower,
  openRebootAfterApply,
  type Clock,
  type Power,
} from '@device-supervisor/device';
import { createInMemoryLocks } from '@device-supervisor/lockfile/testing';
import { createPowerFiles, createSystemd, type PowerFiles, type Systemd } from '@device-supervisor/systemd';
import { startDeviceHost, type DeviceHost } from '@device-supervisor/testbed';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

const resources = new AsyncDisposableStack();
const faults: unknown[] = [];
let host: DeviceHost;
let systemd: Systemd;
let files: PowerFiles;

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delay, callback) {
    const timer = setTimeout(callback, delay);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

beforeAll(async () => {
  host = resources.use(await startDeviceHost(inject('engineEndpoint')));
  systemd = resources.use(createSystemd({ busAddress: host.busAddress }));
  files = createPowerFiles({ rootMount: host.rootMount, stateMount: host.stateMount });
});

afterAll(() => resources.disposeAsync());

beforeEach(() => {
  faults.length = 0;
});

/** A device with one app, whose service `web` may hold its lock. */
async function openDevice(): Promise<AsyncDisposable & { readonly power: Power; hold(): Promise<unknown> }> {
  const locks = createInMemoryLocks();
  const power = createPower({
    host: systemd.power,
    hostUpdate: files.hostUpdate,
    lockAll: (request) => acquireDeviceLocks({ locks, clock }, { apps: [{ appId: 1, services: ['web'] }], ...request }),
    clock,
    onFault: (error) => faults.push(error),
  });
  return { power, hold: async () => locks.hold(1, 'web'), [Symbol.asyncDispose]: () => power[Symbol.asyncDispose]() };
}

const bootId = async (): Promise<string> =>
  await readFile(join(host.rootMount, 'proc/sys/kernel/random/boot_id'), 'utf8');

describe('power of a real host', () => {
  it('is left alone while the host verifies an update of its own, unless forced', async () => {
    await using device = await openDevice();
    const breadcrumb = join(host.stateMount, 'rollback-health-breadcrumb');
    await writeFile(breadcrumb, '');
    await expect(device.power.reboot()).rejects.toMatchObject({ code: 'HOST_UPDATE_IN_PROGRESS' });
    await expect(device.power.shutdown()).rejects.toMatchObject({ code: 'HOST_UPDATE_IN_PROGRESS' });
    expect(await host.isRunning()).toBe(true);
    await device.power.reboot({ force: true });
    // The supervisor is still up, so the client gets its answer.
    expect(await host.isRunning()).toBe(true);
    expect(await host.shutdown()).toBe('reboot');
    await rm(breadcrumb);
    await host.start();
  });

  it('is left alone while a service holds its lock', async () => {
    await using device = await openDevice();
    await device.hold();
    await expect(device.power.shutdown()).rejects.toMatchObject({ code: 'UPDATES_LOCKED' });
    expect(await host.isRunning()).toBe(true);
    await device.power.shutdown({ force: true });
    expect(await host.shutdown()).toBe('power-off');
    await host.start();
  });

  it('is not promised without the bus', async () => {
    await using unreachable = createSystemd({ busAddress: 'unix:path=/nowhere' });
    const power = createPower({
      host: unreachable.power,
      hostUpdate: files.hostUpdate,
      lockAll: () => Promise.reject(new Error('not asked')),
      clock,
      onFault: (error) => faults.push(error),
    });
    await expect(power.reboot()).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  });
});

describe('a reboot after the apply', () => {
  it('comes once: it outlives the supervisor, and not the boot', async () => {
    await using device = await openDevice();
    const open = async (): ReturnType<typeof openRebootAfterApply> =>
      await openRebootAfterApply({
        breadcrumb: files.reboot,
        bootId: await bootId(),
        power: device.power,
        onFault: (error) => faults.push(error),
      });
    await (await open()).schedule('config.txt changed');

    const next = await open();
    expect(next.reasons).toEqual(['config.txt changed']);
    const content = await files.reboot.read();
    expect(await next.rebootIfScheduled()).toBe(true);
    expect(await host.shutdown()).toBe('reboot');
    await host.start();

    expect(await files.reboot.read()).toBe(null);
    expect(await (await open()).rebootIfScheduled()).toBe(false);
    // On a host whose /tmp is on a disk.
    await files.reboot.write(content ?? '');
    expect(await (await open()).rebootIfScheduled()).toBe(false);
    expect(await files.reboot.read()).toBe(null);
    expect(faults).toEqual([]);
  });
});
