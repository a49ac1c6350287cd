import { openBootConfig } from '@device-supervisor/boot-config';
import { openConfigJson, persistentLoggingOf, powerAndFanOf } from '@device-supervisor/config-json';
import { createDeviceConfig, openRebootAfterApply, type DeviceConfig } from '@device-supervisor/device';
import { createFakeClock, createInMemoryHost, type InMemoryHost } from '@device-supervisor/device/testing';
import type { DurableFileSystem } from '@device-supervisor/durable-file';
import {
  createFaultyFileSystem,
  createPowerCutDisk,
  type DiskState,
  type PowerCutDisk,
} from '@device-supervisor/durable-file/testing';
import { describe, expect, it } from 'vitest';

/** A host whose boot partition is a real vfat as far as power cuts go: the parts that configure it, from start to reboot. */

const CONFIG_TXT = '# of the system\nenable_uart=1\n[pi4]\narm_boost=1\n';
const CONFIG_JSON = '{"uuid":"0123456789abcdef0123456789abcdef","foreign":1}';

const NEW_DISK: DiskState = new Map([
  ['/boot/config.txt', { content: Buffer.from(CONFIG_TXT) }],
  ['/boot/config.json', { content: Buffer.from(CONFIG_JSON) }],
]);

const CONFIG = {
  HOST_CONFIG_gpu_mem: '64',
  HOST_CONFIG_dtoverlay: '"i2c-rtc,ds1307", "vc4-kms-v3d"',
  SUPERVISOR_PERSISTENT_LOGGING: '1',
  HOST_CONFIG_kernel: 'evil.img',
};

interface Supervisor {
  readonly deviceConfig: DeviceConfig;
  readonly host: InMemoryHost;
  readonly said: readonly string[];
}

/** @param breadcrumb the file of this boot that asks for a reboot; another boot has another one */
async function start(fileSystem: DurableFileSystem, breadcrumb: { content: string | null }): Promise<Supervisor> {
  const configJson = openConfigJson({ path: '/boot/config.json', fileSystem });
  const bootConfig = await openBootConfig({
    device: { deviceType: 'raspberrypi4-64', osVersion: '2.115.1' },
    bootMount: '/boot',
    memoryPath: '/data/boot-config.json',
    powerFan: powerAndFanOf(configJson),
    fileSystem,
  });
  const reboot = await openRebootAfterApply({
    breadcrumb: {
      read: async () => breadcrumb.content,
      write: async (content) => void (breadcrumb.content = content),
      remove: async () => void (breadcrumb.content = null),
    },
    bootId: 'this boot',
    power: { reboot: async () => {} },
    onFault: (error) => expect.unreachable(String(error)),
  });
  const host = createInMemoryHost();
  const said: string[] = [];
  const deviceConfig = createDeviceConfig({
    ...host,
    managed: true,
    isReported: () => true,
    bootConfig,
    persistentLogging: persistentLoggingOf(configJson),
    reboot,
    clock: createFakeClock(),
    random: () => 0,
    say: (message) => void said.push(message),
  });
  return { deviceConfig, host, said };
}

const converge = ({ deviceConfig }: Supervisor, config: Readonly<Record<string, string>> = CONFIG) =>
  deviceConfig.converge(
    { config: { ...config }, apps: {} },
    { localMode: false, signal: new AbortController().signal },
  );

async function textOf({ fileSystem }: PowerCutDisk, path: string): Promise<string> {
  return Buffer.from(await fileSystem.read(path)).toString();
}

const NEW_CONFIG_TXT = `${CONFIG_TXT}[all]\ngpu_mem=64\ndtoverlay=i2c-rtc\ndtparam=ds1307\ndtoverlay=vc4-kms-v3d\n`;

describe('the configuration of a target', () => {
  it('is written, needs one reboot, and none after that', async () => {
    const disk = createPowerCutDisk({ kind: 'vfat', files: NEW_DISK });
    const first = await start(disk.fileSystem, { content: null });
    expect(await converge(first)).toMatchObject({ changed: true, pending: [], rebootNeeded: true, retryIn: null });
    expect(await textOf(disk, '/boot/config.txt')).toBe(NEW_CONFIG_TXT);
    expect(JSON.parse(await textOf(disk, '/boot/config.json'))).toMatchObject({ foreign: 1, persistentLogging: true });
    expect(first.said).toEqual([
      'Applied the persistent logging: on',
      'Configuration variable HOST_CONFIG_kernel is ignored: it belongs to the operating system and cannot be set',
      'Applied the boot configuration: HOST_CONFIG_gpu_mem, HOST_CONFIG_dtoverlay',
    ]);
    const rebooted = await start(disk.fileSystem, { content: null });
    expect(await converge(rebooted)).toMatchObject({ changed: false, pending: [], rebootNeeded: false });
    expect(await rebooted.deviceConfig.current()).toMatchObject({
      HOST_CONFIG_gpu_mem: '64',
      HOST_CONFIG_enable_uart: '1',
      HOST_CONFIG_dtoverlay: '"i2c-rtc,ds1307","vc4-kms-v3d"',
      SUPERVISOR_PERSISTENT_LOGGING: 'true',
    });
  });

  it('leaves what the system came with, when it goes away again', async () => {
    const disk = createPowerCutDisk({ kind: 'vfat', files: NEW_DISK });
    await converge(await start(disk.fileSystem, { content: null }));
    expect(await converge(await start(disk.fileSystem, { content: null }), {})).toMatchObject({ rebootNeeded: true });
    expect(await textOf(disk, '/boot/config.txt')).toBe(`${CONFIG_TXT}[all]\n`);
  });

  it('is reached, with the reboot that it needs, after a crash at any call', async () => {
    for (let at = 1; ; at++) {
      const disk = createPowerCutDisk({ kind: 'vfat', files: NEW_DISK });
      const breadcrumb = { content: null };
      const { fileSystem, calls } = createFaultyFileSystem({ base: disk.fileSystem, fault: { at, kind: 'crash' } });
      await Promise.allSettled([start(fileSystem, breadcrumb).then((supervisor) => converge(supervisor))]);
      if (calls.length < at) break;
      const restarted = await start(disk.fileSystem, breadcrumb);
      expect([calls[at - 1], await converge(restarted)]).toMatchObject([
        calls[at - 1],
        { pending: [], rebootNeeded: true },
      ]);
      expect(await textOf(disk, '/boot/config.txt')).toBe(NEW_CONFIG_TXT);
    }
  });

  it('is reached after a power cut at any call, and does not reboot endlessly', async () => {
    const disk = createPowerCutDisk({ kind: 'vfat', files: NEW_DISK });
    const states: DiskState[] = [];
    const { fileSystem } = createFaultyFileSystem({
      base: disk.fileSystem,
      onCall: () => void states.push(...disk.afterPowerCut()),
    });
    await converge(await start(fileSystem, { content: null }));
    for (const state of states) {
      const after = createPowerCutDisk({ kind: 'vfat', files: state });
      await converge(await start(after.fileSystem, { content: null }));
      expect(await textOf(after, '/boot/config.txt')).toBe(NEW_CONFIG_TXT);
      expect(await converge(await start(after.fileSystem, { content: null }))).toMatchObject({ rebootNeeded: false });
    }
    expect(states.length).toBeGreaterThan(50);
  });
});
