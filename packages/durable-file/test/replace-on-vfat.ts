import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem, removeFile, replaceFile } from '../src/index.ts';
import { createFaultyFileSystem } from '../src/testing/index.ts';
import { CONTENTS } from './vfat-contents.ts';

/** Replaces and removes files on a vfat, and copies its disk before each call: `<number>-<step>-<call>`. */
const [mount = '', disk = '', copies = ''] = process.argv.slice(2);
let count = 0;
const copy = async (label: string): Promise<void> => {
  await copyFile(disk, join(copies, `${String(count++).padStart(3, '0')}-${label}`));
};
const during = (step: string): typeof nodeFileSystem =>
  createFaultyFileSystem({ onCall: (call) => copy(`${step}-${call}`) }).fileSystem;
const path = join(mount, 'config.txt');
const bytes = (step: keyof typeof CONTENTS): Buffer => Buffer.from(CONTENTS[step]);

await replaceFile(during('first'), { path, bytes: bytes('first') });
await copy('first-done');
await replaceFile(during('second'), { path, bytes: bytes('second') });
await copy('second-done');
await replaceFile(during('third'), { path, bytes: bytes('third'), expected: bytes('second') });
await copy('third-done');
await removeFile(during('removed'), path);
await copy('removed-done');

// The usual way.
await replaceFile(nodeFileSystem, { path, bytes: bytes('first') });
const file = await nodeFileSystem.create(`${path}.new`);
await file.write(bytes('second'));
await file.sync();
await file.close();
await nodeFileSystem.rename(`${path}.new`, path);
await nodeFileSystem.syncDirectory(mount);
await copy('usual-done');
