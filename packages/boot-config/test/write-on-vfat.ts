import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFaultyFileSystem } from '@device-supervisor/durable-file/testing';
import { openBootConfig } from '../src/index.ts';
import { CONFIG_TXT, TARGETS } from './vfat-targets.ts';

/** Writes boot configuration on a vfat, and copies its disk before each call: `<number>-<target>`. */
const [mount = '', disk = '', copies = '', memory = ''] = process.argv.slice(2);
let count = 0;
let step = 'start';
const copy = (): Promise<void> => copyFile(disk, join(copies, `${String(count++).padStart(3, '0')}-${step}`));

await writeFile(join(mount, 'config.txt'), CONFIG_TXT, { flush: true });
const bootConfig = await openBootConfig({
  device: { deviceType: 'raspberrypi4-64', osVersion: '2.115.1' },
  bootMount: mount,
  memoryPath: memory,
  powerFan: { read: async () => ({ powerMode: null, fanProfile: null }), write: async () => {} },
  fileSystem: createFaultyFileSystem({ onCall: copy }).fileSystem,
});
for (const [name, target] of Object.entries(TARGETS)) {
  step = name;
  await bootConfig.write(target);
  step = `${name}-done`;
  await copy();
}
