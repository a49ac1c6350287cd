import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeFileSystem, type DurableFileSystem } from '@device-supervisor/durable-file';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { png } from '../test/png-image.ts';
import { openBootConfig, type BootConfig, type BootConfigOptions } from './index.ts';

const [DEFAULT, MINE] = [png(1), png(2)];
const base64 = (bytes: Buffer): string => bytes.toString('base64');

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'boot-config-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), content);
}
const text = (name: string): string => readFileSync(join(directory, name), 'utf8');
const logo = (): Buffer => readFileSync(join(directory, 'splash/balena-logo.png'));

function open(deviceType: string, options: Partial<BootConfigOptions> = {}): Promise<BootConfig> {
  let powerFan: { powerMode: string | null; fanProfile: string | null } = { powerMode: null, fanProfile: null };
  let odm = 0;
  return openBootConfig({
    device: { deviceType, osVersion: '2.40.0' },
    bootMount: directory,
    memoryPath: join(directory, 'data/boot-config.json'),
    powerFan: { read: async () => powerFan, write: async (values) => void (powerFan = { ...values }) },
    odmDevice: {
      read: async (offsets) => offsets.map(() => odm),
      write: async (_offsets, byte) => void (odm = byte),
    },
    acpiTables: { load: async () => undefined },
    ...options,
  });
}

/** No power cuts here, so nothing waits for the disk. */
const UNSYNCED: DurableFileSystem = {
  ...nodeFileSystem,
  syncDirectory: async () => undefined,
  async create(path) {
    const file = await nodeFileSystem.create(path);
    return {
      attributes: () => file.attributes(),
      close: () => file.close(),
      chmod: (mode) => file.chmod(mode),
      chown: (uid, gid) => file.chown(uid, gid),
      write: (bytes) => file.write(bytes),
      sync: async () => undefined,
    };
  },
};

describe('failures', () => {
  it('of one place cost the others nothing', async () => {
    put('config.txt', 'a=1\n');
    put('splash/balena-logo.png', DEFAULT);
    const rename = async (from: string, to: string): Promise<void> => {
      if (to.includes('splash')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      await nodeFileSystem.rename(from, to);
    };
    const fileSystem = { ...nodeFileSystem, rename };
    const bootConfig = await open('raspberrypi3', { fileSystem });
    const result = await bootConfig.write({ HOST_CONFIG_a: '2', HOST_SPLASH_image: base64(MINE) });
    expect(result).toMatchObject({
      changes: [{ variable: 'HOST_CONFIG_a', to: '2' }],
      needsReboot: true,
      problems: [],
      failures: [{ code: 'BOOT_CONFIG_UNWRITABLE', details: { backend: 'splash' } }],
    });
    expect(text('config.txt')).toBe('a=2\n');
  });
});

describe('values that say the same as not being set', () => {
  it.each([
    ['HOST_CONFIG_dtoverlay', ''],
    ['HOST_CONFIG_dtoverlay', '""'],
    ['HOST_CONFIG_dtparam', ''],
    ['HOST_CONFIG_dtparam', '","'],
    ['HOST_CONFIG_gpio', '"",""'],
  ])('change nothing where it is not set, and cost the others nothing: %s %j', async (variable, value) => {
    put('config.txt', '# mine\n');
    const bootConfig = await open('raspberrypi4-64');
    const target = { HOST_CONFIG_gpu_mem: '32', [variable]: value };
    expect(await bootConfig.write(target)).toMatchObject({
      changes: [{ variable: 'HOST_CONFIG_gpu_mem' }],
      needsReboot: true,
      problems: [],
    });
    expect(await bootConfig.plan(target)).toEqual({ changes: [], needsReboot: false, problems: [] });
    expect(text('config.txt')).toBe('# mine\ngpu_mem=32\n');
  });

  it('remove what is set', async () => {
    put('config.txt', 'dtoverlay=a\n');
    await (await open('raspberrypi4-64')).write({ HOST_CONFIG_dtoverlay: '' });
    expect(text('config.txt')).toBe('');
  });

  it('are empty items of a list', async () => {
    put('config.txt', '');
    const bootConfig = await open('raspberrypi4-64');
    const target = { HOST_CONFIG_dtoverlay: '"vc4-kms-v3d,audio=off",""' };
    expect(await bootConfig.write(target)).toMatchObject({ needsReboot: true, problems: [] });
    expect(await bootConfig.read()).toEqual({ HOST_CONFIG_dtoverlay: '"vc4-kms-v3d,audio=off"' });
    expect(await bootConfig.plan(target)).toMatchObject({ changes: [] });
  });

  it('are the image of the system', async () => {
    put('splash/balena-logo.png', DEFAULT);
    const bootConfig = await open('intel-nuc');
    expect(await bootConfig.write({ HOST_SPLASH_image: base64(DEFAULT) })).toMatchObject({ changes: [], problems: [] });
    await bootConfig.write({ HOST_SPLASH_image: base64(MINE) });
    await bootConfig.write({ HOST_SPLASH_image: base64(DEFAULT) });
    expect(logo()).toEqual(DEFAULT);
    expect(await bootConfig.plan({ HOST_SPLASH_image: base64(DEFAULT) })).toMatchObject({ changes: [] });
  });

  it.each(['splash/balena-logo-default.png', 'splash/balena-logo.png'])('with %s of 0 bytes', async (name) => {
    put('splash/balena-logo.png', DEFAULT);
    put(name, '');
    const bootConfig = await open('intel-nuc');
    expect(await bootConfig.write({ HOST_SPLASH_image: base64(MINE) })).toMatchObject({
      changes: [{ variable: 'HOST_SPLASH_image' }],
      problems: [],
      failures: [],
    });
    expect(logo()).toEqual(MINE);
    expect(await bootConfig.plan({ HOST_SPLASH_image: base64(MINE) })).toMatchObject({ changes: [], problems: [] });
  });
});

describe('an overlay without a name', () => {
  it('is a problem, and adds no lines', async () => {
    put('config.txt', '');
    const bootConfig = await open('raspberrypi4-64');
    expect(await bootConfig.write({ HOST_CONFIG_dtoverlay: '",ds1307"' })).toMatchObject({
      changes: [],
      problems: [{ kind: 'invalid', message: expect.stringContaining('without a name') }],
    });
    expect(text('config.txt')).toBe('');
  });
});

describe('whatever value a variable has', () => {
  const item = fc.stringMatching(/^[ -~]{0,12}$/);
  const overlay = fc.stringMatching(/^[a-z0-9,=_ -]{0,16}$/);
  const list = (of: fc.Arbitrary<string>) =>
    fc.oneof(
      of,
      fc.array(of, { maxLength: 4 }).map((items) => items.map((one) => JSON.stringify(one)).join(',')),
    );
  const word = fc.oneof(item, fc.stringMatching(/^[a-z0-9_.,-]{1,10}$/));
  const image = fc.constantFrom(base64(DEFAULT), base64(MINE), `data:image/png;base64,${base64(MINE)}`, 'x', '');
  const some = (variables: Record<string, fc.Arbitrary<string>>) => fc.record(variables, { requiredKeys: [] });
  const PLACES = {
    'config.txt': '# mine\ndtparam=audio=on\n[pi4]\narm_boost=1\n[all]\ndtoverlay=b,x=1\n',
    'extlinux/extlinux.conf': 'DEFAULT primary\nLABEL primary\n      APPEND ${cbootargs} rootwait\n',
    'extra_uEnv.txt': 'extra_os_cmdline=quiet\n',
    'configfs.json': '{"ssdt":[]}',
    'splash/balena-logo.png': DEFAULT,
  };

  it.each([
    [
      'raspberrypi4-64',
      some({
        HOST_CONFIG_gpu_mem: item,
        HOST_CONFIG_a: item,
        HOST_CONFIG_dtoverlay: list(overlay),
        HOST_CONFIG_dtparam: list(overlay),
        HOST_CONFIG_gpio: list(item),
        HOST_SPLASH_image: image,
      }),
    ],
    ['jetson-nano', some({ HOST_EXTLINUX_isolcpus: word, HOST_EXTLINUX_fdt: word })],
    ['photon-nano', some({ HOST_EXTLINUX_isolcpus: word, HOST_EXTLINUX_fdt: word })],
    ['jetson-orin-tx2', some({ HOST_ODMDATA_configuration: fc.oneof(word, fc.constantFrom('1', ' 6')) })],
    ['up-board', some({ HOST_CONFIGFS_ssdt: list(word) })],
    ['jetson-agx-orin-devkit', some({ HOST_CONFIG_power_mode: word, HOST_CONFIG_fan_profile: word })],
  ] as const)(
    'every value is set or a problem, and nothing is left to do: %s',
    async (deviceType, targets) => {
      await fc.assert(
        fc.asyncProperty(targets, targets, async (first, second) => {
          rmSync(directory, { recursive: true, force: true });
          for (const [name, content] of Object.entries(PLACES)) put(name, content);
          const bootConfig = await open(deviceType, { fileSystem: UNSYNCED });
          for (const target of [first, second, {}]) {
            const variables = Object.fromEntries(
              Object.entries(target).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
            );
            const { problems, failures } = await bootConfig.write(variables);
            expect([...problems.filter(({ kind }) => kind === 'unkept'), ...failures]).toEqual([]);
            expect(await bootConfig.plan(variables)).toMatchObject({ changes: [], needsReboot: false });
          }
        }),
        { numRuns: 25 },
      );
    },
    120_000,
  );
});
