import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, InvalidServiceNameError, LockDirectoryError } from './index.ts';

let temporary: TemporaryDirectory;
beforeEach(() => {
  temporary = createTemporaryDirectory();
});
afterEach(() => temporary[Symbol.dispose]());

const prepare = (service = 'web'): Promise<void> =>
  createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' }).prepare(1, [service]);
const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8);

describe('prepare', () => {
  it('makes a directory for any user, on a path that any user can walk, whatever the umask', async () => {
    const umask = process.umask(0o177);
    try {
      await prepare();
    } finally {
      process.umask(umask);
    }
    const path = temporary.service(1, 'web');
    const levels = [path, dirname(path), temporary.directory, dirname(temporary.directory)];
    expect(levels.map(modeOf)).toEqual(['1777', '711', '711', '711']);
  });

  it('repairs the modes of directories that are there, and keeps what is in them', async () => {
    const path = temporary.service(1, 'web');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'updates.lock'), '');
    for (const level of [path, dirname(path), temporary.directory]) chmodSync(level, 0o700);
    await prepare();
    expect([path, dirname(path), temporary.directory].map(modeOf)).toEqual(['1777', '711', '711']);
    expect(readdirSync(path)).toEqual(['updates.lock']);
  });

  it.each<[string, (service: string) => string]>([
    ['the service', (service) => service],
    ['the app', (service) => dirname(service)],
  ])('removes a link or a file in place of the directory of %s, and nothing behind the link', async (_, level) => {
    const target = temporary.elsewhere;
    mkdirSync(target, { mode: 0o700 });
    writeFileSync(join(target, 'updates.lock'), '');
    const path = level(temporary.service(1, 'web'));
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
    await prepare();
    expect([modeOf(target), readdirSync(target)]).toEqual(['700', ['updates.lock']]);
    expect(modeOf(temporary.service(1, 'web'))).toBe('1777');

    const file = level(temporary.service(2, 'web'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    await using locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' });
    expect(await locks.acquire({ appId: 2, services: ['web'], force: false })).toMatchObject({ status: 'acquired' });
  });

  it('refuses a link in place of the directory of all services; a forced update goes on without locks', async () => {
    const { directory, elsewhere } = temporary;
    mkdirSync(join(elsewhere, '1', 'web'), { recursive: true, mode: 0o700 });
    writeFileSync(join(elsewhere, '1', 'web', 'updates.lock'), '');
    mkdirSync(dirname(directory), { recursive: true });
    symlinkSync(elsewhere, directory);
    await expect(prepare()).rejects.toMatchObject({
      code: 'LOCK_DIRECTORY_UNUSABLE',
      details: { path: directory, problem: 'not-a-directory' },
      hint: 'Remove what is in its place',
    });
    await using locks = createUpdateLocks({ directory, holder: 'device-supervisor' });
    await expect(locks.acquire({ appId: 1, services: ['db'], force: false })).rejects.toBeInstanceOf(
      LockDirectoryError,
    );
    expect(await locks.acquire({ appId: 1, services: ['web'], force: true })).toMatchObject({ status: 'acquired' });
    expect(readdirSync(join(elsewhere, '1', 'web'))).toEqual(['updates.lock']);
  });

  it.each(['', '.', '..', 'a/b', '../web', 'a\0b'])('refuses the service name %j', async (service) => {
    await expect(prepare(service)).rejects.toBeInstanceOf(InvalidServiceNameError);
    const locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' });
    await expect(locks.acquire({ appId: 1, services: [service], force: true })).rejects.toBeInstanceOf(
      InvalidServiceNameError,
    );
    await expect(locks.holders(1, [service])).rejects.toBeInstanceOf(InvalidServiceNameError);
  });
});
