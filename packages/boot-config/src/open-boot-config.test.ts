import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFileSystem } from '@device-supervisor/durable-file';
import { createFaultyFileSystem } from '@device-supervisor/durable-file/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { png } from '../test/png-image.ts';
import {
  BootConfigReadError,
  BootConfigWriteError,
  openAcpiTables,
  openBootConfig,
  openOdmDevice,
  type BootConfig,
  type BootConfigOptions,
  type BootVariables,
  type PowerFanConfig,
} from './index.ts';

let directory: string;
let powerFan: { powerMode: string | null; fanProfile: string | null };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'boot-config-'));
  powerFan = { powerMode: null, fanProfile: null };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const powerFanConfig: PowerFanConfig = {
  read: async () => powerFan,
  write: async (values) => void (powerFan = { ...values }),
};

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), content);
}
const text = (name: string): string => readFileSync(join(directory, name), 'utf8');

function open(
  deviceType: string,
  options: Partial<BootConfigOptions> = {},
  osVersion = '2.115.1',
): Promise<BootConfig> {
  return openBootConfig({
    device: { deviceType, osVersion },
    bootMount: directory,
    memoryPath: join(directory, 'data/boot-config.json'),
    powerFan: powerFanConfig,
    odmDevice: openOdmDevice({ path: join(directory, 'odm'), forceReadOnlyPath: join(directory, 'force_ro') }),
    acpiTables: openAcpiTables({
      tablesDirectory: join(directory, 'acpi-tables'),
      kernelDirectory: join(directory, 'kernel'),
      prepare: async () => mkdirSync(join(directory, 'kernel')),
    }),
    ...options,
  });
}

/** Writes, and expects that it is then as wanted, and that there is no more to do. */
async function settle(bootConfig: BootConfig, target: BootVariables): Promise<readonly string[]> {
  const { changes } = await bootConfig.write(target);
  expect(await bootConfig.read()).toMatchObject(target);
  expect(await bootConfig.plan(target)).toMatchObject({ changes: [], needsReboot: false });
  const before = readdirSync(directory);
  await bootConfig.write(target);
  expect(readdirSync(directory)).toEqual(before);
  return changes.map(({ variable }) => variable);
}

describe('a device of the Raspberry Pi family', () => {
  const OWN = '# mine\ndisable_splash=1\ndtparam=i2c_arm=on\n[pi4]\narm_boost=1\n[all]\n';

  it.each([
    'raspberry-pi',
    'raspberrypi3',
    'raspberrypi4-64',
    'raspberrypi5',
    'rt-rpi-300',
    '243390-rpi3',
    'nebra-hnt',
    'revpi-core-3',
    'revpi-connect-s',
  ])('keeps it in config.txt: %s', async (deviceType) => {
    put('config.txt', OWN);
    const changed = await settle(await open(deviceType), {
      HOST_CONFIG_gpu_mem: '64',
      HOST_CONFIG_dtoverlay: '"i2c-rtc,ds1307","vc4-kms-v3d"',
      HOST_CONFIG_dtparam: '"i2c_arm=on","spi=on"',
    });
    expect(changed).toEqual(['HOST_CONFIG_dtparam', 'HOST_CONFIG_gpu_mem', 'HOST_CONFIG_dtoverlay']);
    expect(text('config.txt')).toBe(
      OWN.replace('i2c_arm=on\n', 'i2c_arm=on\ndtparam=spi=on\n') +
        'gpu_mem=64\ndtoverlay=i2c-rtc\ndtparam=ds1307\ndtoverlay=vc4-kms-v3d\n',
    );
  });

  it('does not reboot for order and quoting', async () => {
    put('config.txt', 'dtoverlay=b\ndtoverlay=a,y=1\ndtparam=x=1\ngpu_mem= 16\n');
    const bootConfig = await open('raspberrypi3');
    expect(await bootConfig.plan({ HOST_CONFIG_dtoverlay: '"a,x=1,y=1", "b"', HOST_CONFIG_gpu_mem: '16 ' })).toEqual({
      changes: [],
      needsReboot: false,
      problems: [],
    });
  });

  it('removes what a target had, and nothing else', async () => {
    put('config.txt', OWN);
    await (await open('raspberrypi3')).write({ HOST_CONFIG_gpu_mem: '16', HOST_CONFIG_disable_splash: '1' });
    expect((await (await open('raspberrypi3')).write({})).changes).toEqual([
      { variable: 'HOST_CONFIG_disable_splash', from: '1', to: null },
      { variable: 'HOST_CONFIG_gpu_mem', from: '16', to: null },
    ]);
    expect(text('config.txt')).toBe(OWN.replace('disable_splash=1\n', ''));
    put('config.txt', `${OWN}gpu_mem=32\n`);
    expect((await (await open('raspberrypi3')).write({})).changes).toEqual([]);
  });

  it('removes it also when the memory is damaged no more, and harms nothing when it is', async () => {
    put('config.txt', OWN);
    const bootConfig = await open('raspberrypi3');
    await bootConfig.write({ HOST_CONFIG_gpu_mem: '16' });
    put('data/boot-config.json', '{');
    expect((await bootConfig.write({})).changes).toEqual([]);
    expect(text('config.txt')).toBe(`${OWN}gpu_mem=16\n`);
  });

  it('leaves out what cannot be set, and says so', async () => {
    put('config.txt', OWN);
    const bootConfig = await open('raspberrypi3');
    const { changes, problems } = await bootConfig.write({
      HOST_CONFIG_kernel: 'x',
      HOST_CONFIG_dtoverlay: '"a',
      HOST_EXTLINUX_fdt: 'x',
      HOST_CONFIG_gpu_mem: '16',
    });
    expect(changes).toHaveLength(1);
    expect(problems).toEqual([
      { variable: 'HOST_CONFIG_kernel', kind: 'invalid', message: 'belongs to the operating system and cannot be set' },
      { variable: 'HOST_CONFIG_dtoverlay', kind: 'invalid', message: 'must be a list like "one","two"' },
      { variable: 'HOST_EXTLINUX_fdt', kind: 'unsupported', message: 'is not for devices of this type' },
    ]);
  });

  it('gets a file when it has none, and a lost one back from its backup', async () => {
    const bootConfig = await open('raspberrypi3');
    await settle(bootConfig, { HOST_CONFIG_gpu_mem: '16' });
    put('config.txt', '');
    expect(await bootConfig.read()).toEqual({ HOST_CONFIG_gpu_mem: '16' });
    expect(text('config.txt')).toBe('gpu_mem=16\n');
  });

  it('always has the overlay of the Fin', async () => {
    put('config.txt', 'dtoverlay=a\n');
    const bootConfig = await open('fincm3');
    expect((await bootConfig.write({})).changes).toEqual([
      { variable: 'HOST_CONFIG_dtoverlay', from: '"a"', to: '"a","balena-fin"' },
    ]);
    expect((await bootConfig.plan({})).changes).toEqual([]);
    await bootConfig.write({ HOST_CONFIG_dtoverlay: '"b"' });
    expect(text('config.txt')).toBe('dtoverlay=balena-fin\ndtoverlay=b\n');
    await bootConfig.write({});
    expect(text('config.txt')).toBe('dtoverlay=balena-fin\n');
  });

  it('keeps bytes that are no text', async () => {
    put('config.txt', Buffer.from([0x23, 0xff, 0xe9, 0x0a]));
    await (await open('raspberrypi3')).write({ HOST_CONFIG_a: '1' });
    expect(readFileSync(join(directory, 'config.txt'))).toEqual(
      Buffer.from([0x23, 0xff, 0xe9, 0x0a, ...Buffer.from('a=1\n')]),
    );
  });
});

describe('a Jetson', () => {
  const EXTLINUX = 'DEFAULT primary\nLABEL primary\n  LINUX /Image\n  APPEND ro\n';
  const TARGET = { HOST_EXTLINUX_isolcpus: '2', HOST_EXTLINUX_fdt: '/my.dtb' };

  it.each(['2.46.9', '2.31.5+rev1', '1.0.0'])('with an old system keeps it in extlinux.conf: %s', async (osVersion) => {
    put('extlinux/extlinux.conf', EXTLINUX);
    put('extra_uEnv.txt', '');
    await settle(await open('jetson-tx2', withOdm(), osVersion), TARGET);
    expect(text('extlinux/extlinux.conf')).toBe(EXTLINUX.replace('ro\n', 'ro isolcpus=2\n  FDT /my.dtb\n'));
    expect(text('extra_uEnv.txt')).toBe('');
  });

  it.each([
    ['jetson-nano', '2.47.0'],
    ['jetson-tx2', '2.47.0+rev2'],
    ['jetson-orin-nano-devkit-nvme', '5.1.20'],
    ['imx8mm-var-dart', '2.95.8'],
  ])('with a newer one in extra_uEnv.txt: %s %s', async (deviceType, osVersion) => {
    put('extlinux/extlinux.conf', EXTLINUX);
    put('extra_uEnv.txt', 'foreign=1\nextra_os_cmdline=quiet\n');
    await settle(await open(deviceType, withOdm(), osVersion), TARGET);
    expect(text('extra_uEnv.txt')).toBe('foreign=1\nextra_os_cmdline=quiet isolcpus=2\ncustom_fdt_file=/my.dtb\n');
    expect(text('extlinux/extlinux.conf')).toBe(EXTLINUX);
  });

  it('without either file has no place for it', async () => {
    const { problems } = await (await open('jetson-nano')).plan(TARGET);
    expect(problems.map(({ kind }) => kind)).toEqual(['unsupported', 'unsupported']);
    await expect((await open('jetson-nano', {}, '2.40.0')).write(TARGET)).rejects.toMatchObject({
      code: 'BOOT_CONFIG_UNWRITABLE',
      cause: expect.objectContaining({ code: 'BOOT_FILE_INVALID' }),
    });
  });

  it.each(['2 3', '', 'a\nb'])('refuses what is not one word: %j', async (value) => {
    put('extra_uEnv.txt', '');
    const { problems } = await (await open('jetson-nano')).plan({ HOST_EXTLINUX_isolcpus: value });
    expect(problems).toMatchObject([{ kind: 'invalid', message: 'must be one word of ASCII characters' }]);
  });

  /** A device of 20,000 bytes, locked. */
  function withOdm(): Partial<BootConfigOptions> {
    put('odm', Buffer.alloc(20_000));
    put('force_ro', '1');
    return {};
  }

  it.each([
    ['1', 0],
    ['2', 1],
    ['3', 6],
    ['4', 7],
    ['5', 2],
    ['6', 3],
  ])('TX2 has the use of its lanes in ODMDATA: %s is byte %i', async (configuration, byte) => {
    put('odm', Buffer.alloc(20_000, 0xff));
    put('force_ro', '1');
    await settle(await open('jetson-tx2'), { HOST_ODMDATA_configuration: configuration });
    const bytes = readFileSync(join(directory, 'odm'));
    expect([bytes[1659], bytes[5243], bytes[18043]]).toEqual([byte, byte, byte]);
    expect(bytes.filter((value) => value !== 0xff)).toHaveLength(3);
    expect(text('force_ro')).toBe('1');
  });

  it('TX2 keeps it when the target does not have it any more, and mends copies that differ', async () => {
    withOdm();
    const bootConfig = await open('jetson-tx2');
    await bootConfig.write({ HOST_ODMDATA_configuration: '3' });
    expect((await bootConfig.write({})).changes).toEqual([]);
    const bytes = readFileSync(join(directory, 'odm'));
    bytes[5243] = 1;
    put('odm', bytes);
    expect(await bootConfig.read()).toEqual({});
    await settle(bootConfig, { HOST_ODMDATA_configuration: '3' });
  });

  it.each(['0', '7', 'x', '1.5'])('TX2 refuses %s', async (value) => {
    withOdm();
    const { problems } = await (await open('jetson-tx2')).plan({ HOST_ODMDATA_configuration: value });
    expect(problems).toMatchObject([{ kind: 'invalid', message: 'must be a number from 1 to 6' }]);
  });

  it('TX2 is locked again, and the failure told, when it cannot be written', async () => {
    mkdirSync(join(directory, 'odm'));
    put('force_ro', '1');
    const bootConfig = await open('jetson-tx2');
    await expect(bootConfig.read()).rejects.toBeInstanceOf(BootConfigReadError);
    expect(text('force_ro')).toBe('1');
  });

  it('Orin has power mode and fan profile in config.json, and reboots for the mode alone', async () => {
    const bootConfig = await open('jetson-agx-orin-devkit');
    expect(await bootConfig.plan({ HOST_CONFIG_fan_profile: 'cool' })).toMatchObject({ needsReboot: false });
    expect(await bootConfig.plan({ HOST_CONFIG_power_mode: 'low' })).toMatchObject({ needsReboot: true });
    await settle(bootConfig, { HOST_CONFIG_fan_profile: 'cool', HOST_CONFIG_power_mode: 'low' });
    expect(powerFan).toEqual({ powerMode: 'low', fanProfile: 'cool' });
    await bootConfig.write({ HOST_CONFIG_fan_profile: 'cool' });
    expect(powerFan).toEqual({ powerMode: null, fanProfile: 'cool' });
  });
});

describe('the UP board', () => {
  it('has the tables of ACPI in configfs.json, and loads them at the start', async () => {
    put('configfs.json', '{"foreign":1,"ssdt":[]}');
    put('acpi-tables/spidev1,1.aml', 'table');
    const bootConfig = await open('up-board');
    await bootConfig.start();
    expect(readdirSync(directory)).not.toContain('kernel');
    await settle(bootConfig, { HOST_CONFIGFS_ssdt: '"spidev1,1"' });
    expect(JSON.parse(text('configfs.json'))).toEqual({ foreign: 1, ssdt: ['spidev1,1'] });
    await bootConfig.start();
    await bootConfig.start();
    expect(text('kernel/spidev1,1/aml')).toBe('table');
  });

  it('says that a table is missing', async () => {
    put('configfs.json', '{"ssdt":["nothing"]}');
    await expect((await open('up-board')).start()).rejects.toBeInstanceOf(BootConfigWriteError);
  });

  it('does not touch a damaged file', async () => {
    put('configfs.json', '{"ssdt":');
    await expect((await open('up-board')).write({ HOST_CONFIGFS_ssdt: '"a"' })).rejects.toMatchObject({
      code: 'BOOT_CONFIG_UNREADABLE',
      cause: expect.objectContaining({ code: 'BOOT_FILE_INVALID' }),
    });
    expect(text('configfs.json')).toBe('{"ssdt":');
  });

  it.each(['"../etc"', '"a/b"', '"a'])('refuses %s', async (value) => {
    const { problems } = await (await open('up-board')).plan({ HOST_CONFIGFS_ssdt: value });
    expect(problems).toMatchObject([{ kind: 'invalid' }]);
  });
});

describe('a device with a splash screen', () => {
  const [DEFAULT, MINE, OTHER] = [png(1), png(2), png(3)];
  const logo = (): Buffer => readFileSync(join(directory, 'splash/balena-logo.png'));
  const base64 = (bytes: Buffer): string => bytes.toString('base64');

  beforeEach(() => put('splash/balena-logo.png', DEFAULT));

  it('shows the image, and its own again', async () => {
    const bootConfig = await open('genericx86-64-ext');
    expect(await bootConfig.read()).toEqual({});
    await settle(bootConfig, { HOST_SPLASH_image: base64(MINE) });
    await settle(bootConfig, { HOST_SPLASH_image: base64(OTHER) });
    expect(logo()).toEqual(OTHER);
    expect(readFileSync(join(directory, 'splash/balena-logo-default.png'))).toEqual(DEFAULT);
    await bootConfig.write({});
    expect(logo()).toEqual(DEFAULT);
    expect(await bootConfig.read()).toEqual({});
  });

  it('takes a data URL for the same', async () => {
    const bootConfig = await open('qemux86-64');
    await bootConfig.write({ HOST_SPLASH_image: base64(MINE) });
    expect((await bootConfig.plan({ HOST_SPLASH_image: `data:image/png;base64,${base64(MINE)}\n` })).changes).toEqual(
      [],
    );
  });

  it('is written only when it is a whole PNG', async () => {
    const bootConfig = await open('qemux86-64');
    const flipped = Buffer.from(MINE);
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    for (const bytes of [Buffer.from('x'), MINE.subarray(0, -1), MINE.subarray(0, -12), flipped, Buffer.of()]) {
      const { changes, problems } = await bootConfig.write({ HOST_SPLASH_image: base64(bytes) });
      expect([changes, problems.map(({ message }) => message)]).toEqual([[], ['must be a PNG image in base64']]);
    }
    expect(logo()).toEqual(DEFAULT);
  });
});

describe('failures', () => {
  it('are reported as what they are', async () => {
    put('config.txt', 'a=1\n');
    const failing = (call: string): ReturnType<typeof createFaultyFileSystem> =>
      createFaultyFileSystem({
        onCall: (name) => {
          if (name === call) throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
        },
      });
    const unwritable = await open('raspberrypi3', { fileSystem: failing('rename').fileSystem });
    await expect(unwritable.write({ HOST_CONFIG_a: '2' })).rejects.toMatchObject({
      code: 'BOOT_CONFIG_UNWRITABLE',
      hint: 'Mount the file system writable',
    });
    expect(text('config.txt')).toBe('a=1\n');
    const unreadable = await open('raspberrypi3', { fileSystem: failing('read').fileSystem });
    await expect(unreadable.read()).rejects.toBeInstanceOf(BootConfigReadError);
  });

  it('are problems where a variable reads back as something else, and it is not written again', async () => {
    put('config.txt', 'a=1\n');
    let renames = 0;
    const rename = async (from: string, to: string): Promise<void> => {
      if (to.endsWith('config.txt')) renames++;
      else await nodeFileSystem.rename(from, to);
    };
    const fileSystem = { ...nodeFileSystem, rename };
    const bootConfig = await open('raspberrypi3', { fileSystem });
    const unkept = [{ variable: 'HOST_CONFIG_a', kind: 'unkept', message: expect.any(String) }];
    const nothing = { changes: [], needsReboot: false, problems: unkept };
    expect(await bootConfig.write({ HOST_CONFIG_a: '2' })).toEqual({ ...nothing, failures: [] });
    expect(await bootConfig.plan({ HOST_CONFIG_a: '2' })).toEqual(nothing);
    const before = renames;
    await bootConfig.write({ HOST_CONFIG_a: '2' });
    expect(renames).toBe(before);
    expect(await bootConfig.plan({ HOST_CONFIG_a: '3' })).toMatchObject({ changes: [{ to: '3' }], problems: [] });
  });
});
