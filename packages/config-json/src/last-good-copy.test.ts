import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem, type DurableFileSystem } from '@device-supervisor/durable-file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigJsonDamagedError, ConfigJsonMissingError, openConfigJson, type ConfigJsonFile } from './index.ts';

const GOOD = `{"uuid":"${'a'.repeat(32)}","deviceApiKey":"key","apiEndpoint":"https://cloud.test","foreign":[1,2]}`;

let directory: string;
let path: string;
let copyPath: string;
let restored: unknown[];
let faults: unknown[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'last-good-'));
  path = join(directory, 'boot/config.json');
  copyPath = join(directory, 'data/config.json.last-good');
  mkdirSync(join(directory, 'boot'));
  // The host's own files: the partition is mounted.
  writeFileSync(join(directory, 'boot/device-type.json'), '{}');
  restored = [];
  faults = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function open(fileSystem: DurableFileSystem = nodeFileSystem): ConfigJsonFile {
  return openConfigJson({
    path,
    fileSystem,
    mustExist: true,
    lastGood: {
      path: copyPath,
      onRestored: (problem) => restored.push(problem),
      onFault: (error) => faults.push(error),
    },
  });
}

async function openAfterGood(fileSystem?: DurableFileSystem): Promise<ConfigJsonFile> {
  writeFileSync(path, GOOD);
  await open().read();
  return open(fileSystem);
}

describe('the last good copy of config.json', () => {
  it('has the content of the file, for its owner alone', async () => {
    await openAfterGood();
    expect(readFileSync(copyPath, 'utf8')).toBe(GOOD);
    expect(statSync(copyPath).mode & 0o777).toBe(0o600);
  });

  it('follows changes, ours and those of others', async () => {
    const file = await openAfterGood();
    await file.update({ hostname: 'kitchen' });
    await file.read();
    expect(readFileSync(copyPath, 'utf8')).toContain('kitchen');
    writeFileSync(path, GOOD.replace('"key"', '"rotated"'));
    await file.read();
    expect(readFileSync(copyPath, 'utf8')).toContain('rotated');
  });

  it('is not made of a file that names no device', async () => {
    writeFileSync(path, '{"apiEndpoint":"https://cloud.test"}');
    await open().read();
    expect(existsSync(copyPath)).toBe(false);
  });

  it('is not replaced by a file that names no device any more', async () => {
    const file = await openAfterGood();
    writeFileSync(path, '{}');
    expect((await file.read()).config).toEqual({});
    expect(readFileSync(copyPath, 'utf8')).toBe(GOOD);
  });

  it.each([
    ['empty', ''],
    ['cut short', GOOD.slice(0, 40)],
    ['of zeros', '\0'.repeat(100)],
    ['of other bytes', Buffer.from([0xff, 0xfe, 0x80])],
  ])('puts a file right that is %s', async (_, content) => {
    const file = await openAfterGood();
    writeFileSync(path, content);
    expect((await file.read()).config).toMatchObject({ uuid: 'a'.repeat(32), deviceApiKey: 'key' });
    expect(readFileSync(path, 'utf8')).toBe(GOOD);
    expect(restored).toEqual([expect.any(ConfigJsonDamagedError)]);
    expect([faults, file.problem]).toEqual([[], null]);
  });

  it('puts a file back that is gone', async () => {
    const file = await openAfterGood();
    rmSync(path);
    expect(await file.ensureIdentity()).toEqual({ uuid: 'a'.repeat(32), deviceApiKey: 'key' });
    expect(readFileSync(path, 'utf8')).toBe(GOOD);
    expect(restored).toEqual([expect.any(ConfigJsonMissingError)]);
  });

  it('replaces a file on a partition that is not mounted, and writes nothing there', async () => {
    const file = await openAfterGood();
    rmSync(join(directory, 'boot'), { recursive: true });
    mkdirSync(join(directory, 'boot'));
    expect((await file.read()).config.uuid).toBe('a'.repeat(32));
    expect((await file.read()).config.uuid).toBe('a'.repeat(32));
    expect(existsSync(path)).toBe(false);
    expect(file.problem).toBeInstanceOf(ConfigJsonMissingError);
    expect(faults).toHaveLength(1);
    // It comes back.
    writeFileSync(path, GOOD);
    await file.read();
    expect(file.problem).toBeNull();
  });

  it('replaces a file that cannot be repaired', async () => {
    const readOnly = Object.assign(new Error('read-only'), { code: 'EROFS' });
    const file = await openAfterGood({ ...nodeFileSystem, create: () => Promise.reject(readOnly) });
    writeFileSync(path, '');
    expect((await file.read()).config.uuid).toBe('a'.repeat(32));
    expect(file.problem).toBeInstanceOf(ConfigJsonDamagedError);
    expect(faults).toMatchObject([{ code: 'CONFIG_JSON_UNWRITABLE' }]);
    expect(restored).toEqual([]);
  });

  it('that is damaged itself is no copy', async () => {
    const file = await openAfterGood();
    writeFileSync(path, '');
    writeFileSync(copyPath, '{"uuid":');
    await expect(file.read()).rejects.toBeInstanceOf(ConfigJsonDamagedError);
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('that cannot be kept does not keep the file from being read', async () => {
    writeFileSync(path, GOOD);
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const file = open({ ...nodeFileSystem, create: () => Promise.reject(full) });
    expect((await file.read()).config.uuid).toBe('a'.repeat(32));
    expect(faults).toMatchObject([{ code: 'ENOSPC' }]);
  });
});

it('is an error that the file is missing where it must exist and no copy was kept', async () => {
  await expect(open().read()).rejects.toBeInstanceOf(ConfigJsonMissingError);
  await expect(open().ensureIdentity()).rejects.toBeInstanceOf(ConfigJsonMissingError);
  expect(existsSync(path)).toBe(false);
});
