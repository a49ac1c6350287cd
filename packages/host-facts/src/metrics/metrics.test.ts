import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../index.ts';

let directory: string;
let metrics: Metrics;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'metrics-'));
  metrics = createMetrics({
    dataPath: join(directory, 'data'),
    procPath: join(directory, 'proc'),
    sysPath: join(directory, 'sys'),
    kmsgPath: join(directory, 'kmsg'),
  });
});
afterEach(async () => {
  await metrics[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe('a host that tells nothing', () => {
  it('has no metrics, and no failure', async () => {
    expect(await metrics.read()).toEqual({
      cpuUsage: null,
      memoryUsage: null,
      memoryTotal: null,
      storageUsage: null,
      storageTotal: null,
      storageBlockDevice: null,
      cpuTemperature: null,
      cpuId: null,
      isUndervolted: null,
    });
  });
});

describe('CPU usage', () => {
  it('is what has passed since the reading before', async () => {
    put('proc/stat', 'cpu  10 0 10 80 0 0 0 0 0 0\n');
    expect(await metrics.read()).toMatchObject({ cpuUsage: 20 });
    put('proc/stat', 'cpu  85 0 10 105 0 0 0 0 0 0\n');
    expect(await metrics.read()).toMatchObject({ cpuUsage: 75 });
    expect(await metrics.read()).toMatchObject({ cpuUsage: 75 });
  });

  it('is the same for concurrent calls', async () => {
    put('proc/stat', 'cpu  10 0 10 80 0 0 0 0 0 0\n');
    const [first, second] = await Promise.all([metrics.read(), metrics.read()]);
    expect(second).toBe(first);
  });
});

describe('storage', () => {
  it('is that of the file system below, in MB', async () => {
    mkdirSync(join(directory, 'data'));
    put(
      'proc/self/mountinfo',
      `1 0 179:2 / / rw - ext4 /dev/root rw\n2 1 179:6 / ${directory}/data rw - ext4 /dev/sda6 rw\n`,
    );
    const { blocks, bfree, bsize } = statfsSync(directory);
    const { storageUsage, storageTotal, storageBlockDevice } = await metrics.read();
    expect(storageBlockDevice).toBe('/dev/sda6');
    expect(storageTotal).toBe(Math.round((blocks * bsize) / 1024 ** 2));
    // Other processes write to the same file system meanwhile.
    const used = ((blocks - bfree) * bsize) / 1024 ** 2;
    expect(Math.abs((storageUsage ?? Number.NaN) - used)).toBeLessThan(1024);
  });

  it('is on the device that the kernel has for its number, where it has no other name', async () => {
    mkdirSync(join(directory, 'data'));
    put('proc/self/mountinfo', '1 0 179:2 / / rw - ext4 /dev/root rw\n');
    expect(await metrics.read()).toMatchObject({ storageBlockDevice: null });
    mkdirSync(join(directory, 'sys/dev/block'), { recursive: true });
    symlinkSync('../../devices/platform/mmc_host/mmcblk0/mmcblk0p2', join(directory, 'sys/dev/block/179:2'));
    expect(await metrics.read()).toMatchObject({ storageBlockDevice: '/dev/mmcblk0p2' });
  });
});

describe('temperature', () => {
  it.each([
    ['of the only zone', { thermal_zone0: ['acpitz', '27800'] }, 28],
    ["of the processor's zone", { thermal_zone0: ['acpitz', '27800'], thermal_zone10: ['cpu-thermal', '61499'] }, 61],
    ['of the first of these', { thermal_zone2: ['CPU-therm', '50000'], thermal_zone10: ['soc-thermal', '60000'] }, 50],
    ['of the next one that answers', { thermal_zone0: ['x86_pkg_temp', ''], thermal_zone1: ['acpitz', '-5000'] }, -5],
    ['of none that is broken', { thermal_zone0: ['cpu-thermal', '-274000'], cooling_device0: ['cpu', '1'] }, null],
  ])('is that %s', async (_, zones, expected) => {
    for (const [name, [type = '', temperature = '']] of Object.entries(zones)) {
      put(`sys/class/thermal/${name}/type`, `${type}\n`);
      put(`sys/class/thermal/${name}/temp`, `${temperature}\n`);
    }
    expect(await metrics.read()).toMatchObject({ cpuTemperature: expected });
  });

  it('is that of a hardware monitor where there are no zones', async () => {
    put('sys/class/hwmon/hwmon0/name', 'nvme\n');
    put('sys/class/hwmon/hwmon0/temp1_input', '30000\n');
    put('sys/class/hwmon/hwmon1/name', 'coretemp\n');
    put('sys/class/hwmon/hwmon1/temp1_input', '45500\n');
    expect(await metrics.read()).toMatchObject({ cpuTemperature: 46 });
  });

  it('is looked for again when the sensor is gone', async () => {
    put('sys/class/thermal/thermal_zone0/temp', '40000\n');
    expect(await metrics.read()).toMatchObject({ cpuTemperature: 40 });
    rmSync(join(directory, 'sys/class/thermal/thermal_zone0'), { recursive: true });
    put('sys/class/thermal/thermal_zone3/temp', '41000\n');
    expect(await metrics.read()).toMatchObject({ cpuTemperature: null });
    expect(await metrics.read()).toMatchObject({ cpuTemperature: 41 });
  });
});

describe('CPU id', () => {
  it('is the serial number in the device tree', async () => {
    put('proc/device-tree/serial-number', '10000000b2f1c9a3\0');
    put('sys/class/dmi/id/board_serial', 'BOARD-1\n');
    expect(await metrics.read()).toMatchObject({ cpuId: '10000000b2f1c9a3' });
  });

  it.each([
    [{ board_serial: 'BOARD-1', product_serial: 'PRODUCT-1' }, 'BOARD-1'],
    [{ board_serial: 'To be filled by O.E.M.', product_serial: 'PRODUCT-1' }, 'PRODUCT-1'],
    [{ board_serial: 'Default string', product_serial: '', product_uuid: '4c4c4544-0042' }, '4c4c4544-0042'],
    [{ board_serial: 'None', product_serial: '00000000' }, null],
  ])('is that of the firmware otherwise, without what vendors leave in its place: %o', async (serials, expected) => {
    for (const [name, serial] of Object.entries(serials)) put(`sys/class/dmi/id/${name}`, `${serial}\n`);
    expect(await metrics.read()).toMatchObject({ cpuId: expected });
  });
});

describe('undervoltage', () => {
  it.each([
    ['4,500,1000,-;Under-voltage detected! (0x00050005)', true],
    ['2,500,1000,-;hwmon hwmon1: Undervoltage detected!', true],
    ['6,500,1000,-;usb 1-1: new device', false],
    // Not the kernel's: a program has written it.
    ['12,500,1000,-;Under-voltage detected!', false],
    ['6,500,1000,-;hello\n SUBSYSTEM=Under-voltage detected!', false],
  ])('in a log with %o: %s', async (record, expected) => {
    put('kmsg', `${record}\n`);
    expect(await metrics.read()).toMatchObject({ isUndervolted: expected });
  });

  it('is noticed when it comes, and stays', async () => {
    put('kmsg', '6,1,1,-;Linux version 6\n');
    expect(await metrics.read()).toMatchObject({ isUndervolted: false });
    appendFileSync(join(directory, 'kmsg'), '4,2,2,-;Under-voltage detected! (0x00050005)\n');
    expect(await metrics.read()).toMatchObject({ isUndervolted: true });
    put('kmsg', '');
    expect(await metrics.read()).toMatchObject({ isUndervolted: true });
  });
});

describe('this machine', () => {
  it('reports the same as the programs of the system', async () => {
    await using own = createMetrics({ dataPath: directory });
    const { cpuUsage, memoryTotal, memoryUsage, storageTotal, isUndervolted } = await own.read();
    const [, total = ''] = /MemTotal: +(\d+)/.exec(execFileSync('cat', ['/proc/meminfo'], { encoding: 'utf8' })) ?? [];
    expect(memoryTotal).toBe(Math.round(Number(total) / 1024));
    expect(memoryUsage).toBeGreaterThan(0);
    expect(memoryUsage).toBeLessThan(memoryTotal ?? 0);
    expect(cpuUsage).toBeGreaterThanOrEqual(0);
    expect(cpuUsage).toBeLessThanOrEqual(100);
    const df = execFileSync('df', ['--block-size=1', '--output=size', directory], { encoding: 'utf8' });
    expect(storageTotal).toBe(Math.round(Number(df.split('\n')[1]) / 1024 ** 2));
    expect(isUndervolted).not.toBe(true);
  });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}
