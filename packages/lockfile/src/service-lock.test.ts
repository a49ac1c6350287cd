import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitOf, spawnScript } from '../test/run-child.ts';
import { holdUpdateLock, waitUntilUnlocked } from './index.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'service-lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const hold = (signal?: AbortSignal): ReturnType<typeof holdUpdateLock> =>
  holdUpdateLock({ directory, holder: 'backup', ...(signal && { signal }) });

function openFilesIn(path: string): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => join('/proc/self/fd', fd))
    .filter((link) => existsSync(link))
    .map((link) => readlinkSync(link))
    .filter((target) => target.startsWith(path));
}

describe('holdUpdateLock', () => {
  it('makes the lock of the service, and removes it when it is released', async () => {
    const lock = await hold();
    expect(lock.path).toBe(join(directory, 'updates.lock'));
    expect(readdirSync(directory)).toEqual(['updates.lock']);
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['updates.lock', 'resin-updates.lock'])('waits for the end of %s', async (name) => {
    mkdirSync(join(directory, name));
    const held = hold();
    await expect(hold(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    rmdirSync(join(directory, name));
    await (await held)[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is for one at a time, also within a process', async () => {
    const first = await hold();
    await expect(hold(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    const second = hold();
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('takes over what a run left behind when it was killed', async () => {
    const child = spawnScript('service-holder.ts', [directory]);
    await once(child.stdout ?? child, 'data');
    await expect(hold(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    const exited = exitOf(child);
    child.kill('SIGKILL');
    await exited;
    expect(readdirSync(directory)).toEqual(['updates.lock']);
    await (await hold())[Symbol.asyncDispose]();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves what a run left behind in its place until its own lock is ready', async () => {
    // A lock of this name is as long as a path may be, and a marker has a longer one.
    const deep = directory.padEnd(4_050, '/long');
    mkdirSync(deep, { recursive: true });
    const path = join(deep, 'updates.lock');
    writeFileSync(path, '');
    const inode = String(lstatSync(path).ino);
    writeFileSync(path, JSON.stringify({ lock: 'device-supervisor/1', holder: 'backup', instance: 'crashed', inode }));
    await expect(holdUpdateLock({ directory: deep, holder: 'backup' })).rejects.toMatchObject({
      code: 'LOCK_DIRECTORY_UNUSABLE',
      details: { systemCode: 'ENAMETOOLONG' },
    });
    expect(existsSync(path)).toBe(true);
  });

  it('keeps no file open when its lock cannot be removed', async () => {
    const mount = join(directory, 'mount');
    mkdirSync(mount);
    const lock = await holdUpdateLock({ directory: mount, holder: 'backup' });
    expect(openFilesIn(directory)).toHaveLength(1);
    renameSync(mount, join(directory, 'moved'));
    symlinkSync('mount', mount);
    await expect(lock[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'ELOOP' });
    expect(openFilesIn(directory)).toEqual([]);
  });

  it('is released when the process ends', async () => {
    const child = spawnScript('service-holder.ts', [directory]);
    await once(child.stdout ?? child, 'data');
    const exited = exitOf(child);
    child.kill('SIGTERM');
    await exited;
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says when the directory is missing', async () => {
    await expect(holdUpdateLock({ directory: join(directory, 'none'), holder: 'backup' })).rejects.toMatchObject({
      code: 'LOCK_DIRECTORY_UNUSABLE',
      details: { problem: 'missing' },
    });
  });
});

describe('waitUntilUnlocked', () => {
  it('resolves when the last lock is gone', async () => {
    writeFileSync(join(directory, 'updates.lock'), '');
    writeFileSync(join(directory, 'resin-updates.lock'), '');
    let isOver = false;
    const waiting = waitUntilUnlocked({ directory }).then(() => (isOver = true));
    rmSync(join(directory, 'updates.lock'));
    await expect(waitUntilUnlocked({ directory, signal: AbortSignal.abort(new Error('no time')) })).rejects.toThrow(
      'no time',
    );
    expect(isOver).toBe(false);
    rmSync(join(directory, 'resin-updates.lock'));
    await waiting;
  });
});
