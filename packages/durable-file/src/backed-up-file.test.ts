import { describe, expect, it } from 'vitest';
import {
  FileContendedError,
  openBackedUpFile,
  replaceFile,
  type BackedUpFile,
  type DurableFileSystem,
} from './index.ts';
import { createFaultyFileSystem, createPowerCutDisk, type DiskFile } from './testing/index.ts';

const PATH = '/boot/config.txt';
const text = (content: string): DiskFile => ({ content: Buffer.from(content) });

interface Disk {
  readonly file: BackedUpFile;
  readonly fileSystem: DurableFileSystem;
  readonly calls: readonly string[];
  content(name: string): Promise<string>;
  names(): Promise<readonly string[]>;
}

function diskWith(
  files: Readonly<Record<string, DiskFile>>,
  onCall: (name: string) => Promise<void> | void = () => {},
): Disk {
  const entries = Object.entries(files).map(([name, file]) => [`/boot/${name}`, file] as const);
  const { fileSystem } = createPowerCutDisk({ kind: 'vfat', files: new Map(entries) });
  const faulty = createFaultyFileSystem({ base: fileSystem, onCall });
  return {
    file: openBackedUpFile({ path: PATH, fileSystem: faulty.fileSystem }),
    fileSystem,
    calls: faulty.calls,
    content: async (name) => Buffer.from(await fileSystem.read(`/boot/${name}`)).toString(),
    names: async () => (await fileSystem.list('/boot')).toSorted(),
  };
}

const write = (disk: Disk, content: string): Promise<boolean> => disk.file.update(() => Buffer.from(content));
async function read(disk: Disk): Promise<readonly [string | null, string]> {
  const { bytes, source } = await disk.file.read();
  return [bytes === null ? null : Buffer.from(bytes).toString(), source];
}

describe('update', () => {
  it('keeps a copy of what it wrote', async () => {
    const disk = diskWith({});
    expect(await write(disk, 'one')).toBe(true);
    expect(await write(disk, 'two')).toBe(true);
    expect(await disk.content('config.txt.backup')).toBe('two');
    expect(await disk.names()).toEqual(['config.txt', 'config.txt.backup']);
  });

  it('writes nothing when nothing changes', async () => {
    const disk = diskWith({ 'config.txt': text('same'), 'config.txt.backup': text('same') });
    expect(await write(disk, 'same')).toBe(false);
    expect(disk.calls).not.toContain('create');
  });

  it('makes a missing backup, though nothing changes', async () => {
    const disk = diskWith({ 'config.txt': text('same') });
    expect(await write(disk, 'same')).toBe(false);
    expect(await disk.content('config.txt.backup')).toBe('same');
  });

  it('derives from what another program wrote meanwhile', async () => {
    let isFirst = true;
    const disk = diskWith({ 'config.txt': text('a') }, async (name) => {
      if (name !== 'create' || !isFirst) return;
      isFirst = false;
      await replaceFile(disk.fileSystem, { path: PATH, bytes: Buffer.from('b') });
    });
    expect(await disk.file.update((current) => Buffer.concat([current ?? Buffer.of(), Buffer.from('+')]))).toBe(true);
    expect(await disk.content('config.txt')).toBe('b+');
  });

  it('gives up when that never ends', async () => {
    let count = 0;
    const disk = diskWith({ 'config.txt': text('a') }, async (name) => {
      if (name === 'create') await replaceFile(disk.fileSystem, { path: PATH, bytes: Buffer.from(`${count++}`) });
    });
    await expect(write(disk, 'mine')).rejects.toBeInstanceOf(FileContendedError);
  });

  it('replaces a damaged file, and keeps it aside', async () => {
    const disk = diskWith({ 'config.txt': text('\0\0') });
    await write(disk, 'new');
    expect(await disk.content('config.txt.damaged-1')).toBe('\0\0');
  });

  it('runs one after the other', async () => {
    const disk = diskWith({ 'config.txt': text('0') });
    const append = (letter: string): Promise<boolean> =>
      disk.file.update((current) => Buffer.concat([current ?? Buffer.of(), Buffer.from(letter)]));
    await Promise.all(['a', 'b', 'c'].map(append));
    expect(await read(disk)).toEqual(['0abc', 'file']);
  });
});

describe('read', () => {
  it.each<[string, DiskFile | null]>([
    ['gone', null],
    ['empty', text('')],
    ['of zeros', text('\0\0\0')],
    ['unreadable', { content: 'damaged' }],
  ])('takes the backup, and puts it back, when the file is %s', async (_, damaged) => {
    const disk = diskWith({
      ...(damaged === null ? {} : { 'config.txt': damaged }),
      'config.txt.backup': text('kept'),
    });
    expect(await read(disk)).toEqual(['kept', 'backup']);
    expect(await disk.content('config.txt')).toBe('kept');
    expect(await read(disk)).toEqual(['kept', 'file']);
  });

  it('takes the backup also when it cannot be put back', async () => {
    const disk = diskWith({ 'config.txt.backup': text('kept') }, (name) => {
      if (name === 'create') throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    });
    expect(await read(disk)).toEqual(['kept', 'backup']);
  });

  it.each<[string, Readonly<Record<string, DiskFile>>, string | null]>([
    ['nothing is there', {}, null],
    ['the file is empty', { 'config.txt': text('') }, null],
    ['the file is damaged', { 'config.txt': text('\0a') }, '\0a'],
    ['the backup is damaged too', { 'config.txt': text('\0a'), 'config.txt.backup': text('') }, '\0a'],
  ])('says what there is without a backup: %s', async (_, files, expected) => {
    expect(await read(diskWith(files))).toEqual([expected, 'file']);
  });

  it('fails when the file cannot be read, and there is no backup', async () => {
    await expect(diskWith({ 'config.txt': { content: 'damaged' } }).file.read()).rejects.toMatchObject({ code: 'EIO' });
  });
});

it('removes the file and its backup', async () => {
  const disk = diskWith({ 'config.txt': text('a'), 'config.txt.backup': text('a'), foreign: text('f') });
  expect(await disk.file.remove()).toBe(true);
  expect(await disk.names()).toEqual(['foreign']);
  expect(await disk.file.remove()).toBe(false);
});
