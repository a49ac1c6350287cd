import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isOurs, leaveBehind } from '../test/lock-files.ts';
import { beforeEachStep, systemError, type Step } from '../test/record-steps.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import {
  createUpdateLocks,
  LeaseCompromisedError,
  LOCK_NAMES,
  LockDirectoryError,
  type DeviceUpdateLocks,
  type UpdateLease,
  type UpdateLocksOptions,
} from './index.ts';
import { describeUpdateLocksContract } from './testing/contract/index.ts';

describeUpdateLocksContract('file system', async () => {
  const temporary = createTemporaryDirectory();
  const { directory, lock, service: serviceDirectory, elsewhere } = temporary;
  const locks = createUpdateLocks({ directory, holder: 'device-supervisor' });
  return {
    locks,
    async hold(appId, service) {
      await locks.prepare(appId, [service]);
      return succeeds(() => writeFileSync(lock(appId, service), '', { flag: 'wx' }));
    },
    drop: async (appId, service) => unlinkSync(lock(appId, service)),
    heldByUs: async (appId) =>
      readdirSync(join(directory, String(appId))).filter((service) => {
        const ours = LOCK_NAMES.map((name) => isOurs(join(serviceDirectory(appId, service), name)));
        expect(ours[0]).toBe(ours[1]);
        return ours[0];
      }),
    leaveBehind: (appId, service) => leaveBehind(directory, lock(appId, service), elsewhere),
    async [Symbol.asyncDispose]() {
      await locks[Symbol.asyncDispose]();
      expect(temporary.litter()).toEqual([]);
      temporary[Symbol.dispose]();
    },
  };
});

let temporary: TemporaryDirectory;
beforeEach(() => {
  temporary = createTemporaryDirectory();
});
afterEach(() => {
  expect(temporary.litter()).toEqual([]);
  temporary[Symbol.dispose]();
});

function open(options: Partial<UpdateLocksOptions> = {}): DeviceUpdateLocks {
  const locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor', ...options });
  onTestFinished(() => locks[Symbol.asyncDispose]());
  return locks;
}

async function leaseOf(locks: DeviceUpdateLocks, services: readonly string[], force = false): Promise<UpdateLease> {
  const result = await locks.acquire({ appId: 1, services, force });
  if (result.status !== 'acquired') throw new Error('a lock is held');
  return result.lease;
}

describe.each(LOCK_NAMES)('a lock of a service named %s', (name) => {
  it.each<[string, (path: string, target: string) => void]>([
    ['a file', (path) => writeFileSync(path, '')],
    ['a file with text', (path) => writeFileSync(path, '4711\n')],
    ['a directory', (path) => mkdirSync(path)],
    [
      'a directory with contents',
      (path) => (mkdirSync(join(path, 'a/b'), { recursive: true }), writeFileSync(join(path, 'a/c'), '')),
    ],
    ['a link to a file', (path, target) => symlinkSync(join(target, 'file'), path)],
    ['a link to a directory', (path, target) => symlinkSync(target, path)],
    [
      'a directory with a link to a directory',
      (path, target) => (mkdirSync(path), symlinkSync(target, join(path, 'link'))),
    ],
    ['a dangling link', (path) => symlinkSync('/nowhere/at/all', path)],
    ['a fifo', (path) => void spawnSync('mkfifo', [path])],
    ['a file of another user', (path) => spawnSync('install', ['-o', '65534', '-m', '0', '/dev/null', path])],
  ])('may be %s: respected, not followed, and removed by force alone', async (_, make) => {
    const locks = open();
    await locks.prepare(1, ['web']);
    mkdirSync(temporary.elsewhere);
    writeFileSync(join(temporary.elsewhere, 'file'), 'precious');
    const path = temporary.lock(1, 'web', name);
    make(path, temporary.elsewhere);
    const { ino, ctimeMs } = lstatSync(path);

    expect(await locks.acquire({ appId: 1, services: ['db', 'web'], force: false })).toEqual({
      status: 'held',
      holders: [{ appId: 1, service: 'web' }],
    });
    expect(await locks.holders(1, ['db', 'web'])).toEqual([{ appId: 1, service: 'web' }]);
    expect(await locks.recoverLeftovers()).toEqual([]);
    expect(lstatSync(path)).toMatchObject({ ino, ctimeMs });
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([name]);

    await leaseOf(locks, ['db', 'web'], true);
    expect(isOurs(path)).toBe(true);
    expect(readFileSync(join(temporary.elsewhere, 'file'), 'utf8')).toBe('precious');
  });

  it('is respected when it appears at the last moment, and what was taken is given back', async () => {
    const path = temporary.lock(1, 'web', name);
    const fileSystem = beforeEachStep(({ call, path: at }) => {
      if (call === 'link' && at === path) mkdirSync(path);
    });
    const locks = open({ fileSystem });
    expect(await locks.acquire({ appId: 1, services: ['web', 'db'], force: false })).toEqual({
      status: 'held',
      holders: [{ appId: 1, service: 'web' }],
    });
    expect(lstatSync(path).isDirectory()).toBe(true);
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([name]);
    expect(readdirSync(temporary.service(1, 'db'))).toEqual([]);
  });

  it('is removed by force as often as the service takes it, within reason', async () => {
    const path = temporary.lock(1, 'web', name);
    let times = 3;
    const fileSystem = beforeEachStep(({ call, path: at }) => {
      if (call === 'link' && at === path && times-- > 0) mkdirSync(join(path, 'pid'), { recursive: true });
    });
    const locks = open({ fileSystem });
    const lease = await leaseOf(locks, ['web'], true);
    expect(isOurs(path)).toBe(true);
    await lease[Symbol.asyncDispose]();
    times = Infinity;
    expect((await locks.acquire({ appId: 1, services: ['web'], force: true })).status).toBe('held');
  });
});

describe('our lock', () => {
  it('is complete on disk before it is there, and tells whose it is', async () => {
    const steps: string[] = [];
    const thereBeforeLinked: boolean[] = [];
    const fileSystem = beforeEachStep(({ call, path }) => {
      steps.push(call);
      if (call === 'link') thereBeforeLinked.push(existsSync(path));
    });
    const locks = open({ fileSystem, holder: 'my-supervisor' });
    await locks.prepare(1, ['web']);
    steps.length = 0;
    const lease = await leaseOf(locks, ['web']);
    expect(steps.filter((call) => call !== 'mkdir')).toEqual(['create', 'write', 'sync', 'link', 'link', 'unlink']);
    expect(thereBeforeLinked).toEqual([false, false]);
    const [line, rest] = readFileSync(temporary.lock(1, 'web'), 'utf8').split('\n');
    expect(JSON.parse(line ?? '')).toEqual({
      lock: 'device-supervisor/1',
      holder: 'my-supervisor',
      instance: expect.stringMatching(/^[0-9a-f-]{36}$/),
      process: { pid: process.pid, startTime: expect.stringMatching(/^\d+$/), scope: expect.any(String) },
      inode: String(lstatSync(temporary.lock(1, 'web')).ino),
    });
    expect(rest).toBe('');
    await lease[Symbol.asyncDispose]();
  });

  it.each<[string, (ours: string, lock: string) => void]>([
    ['a copy of it', (ours, lock) => copyFileSync(ours, lock)],
    ['an empty file', (_, lock) => writeFileSync(lock, '')],
    ['a long file that begins like it', (ours, lock) => writeFileSync(lock, readFileSync(ours, 'utf8').padEnd(2000))],
    ['a file of another user', (ours, lock) => (linkSync(ours, lock), spawnSync('chown', ['65534', lock]))],
    ['JSON that is no lock', (_, lock) => writeFileSync(lock, '{"lock":"device-supervisor/1"}')],
    ['JSON that is no object', (_, lock) => writeFileSync(lock, 'null')],
  ])('is not taken for ours when it is %s', async (_, make) => {
    await leaveBehind(temporary.directory, temporary.lock(1, 'web'), temporary.elsewhere);
    renameSync(temporary.lock(1, 'web'), temporary.elsewhere);
    make(temporary.elsewhere, temporary.lock(1, 'web'));
    const locks = open();
    expect(await locks.holders(1, ['web'])).toHaveLength(1);
    expect(await locks.recoverLeftovers()).toEqual([]);
    expect((await locks.acquire({ appId: 1, services: ['web'], force: false })).status).toBe('held');
  });

  it('is a foreign lock for a supervisor with another name', async () => {
    await leaveBehind(temporary.directory, temporary.lock(1, 'web'), temporary.elsewhere);
    const other = open({ holder: 'other' });
    expect(await other.recoverLeftovers()).toEqual([]);
    expect(await other.holders(1, ['web'])).toHaveLength(1);
    expect(await open().recoverLeftovers()).toEqual([{ appId: 1, service: 'web', path: temporary.lock(1, 'web') }]);
  });

  it('is held while the process that made it runs, also for another user of its name', async () => {
    await using running = open();
    await running.acquire({ appId: 1, services: ['web'], force: false });
    const other = open();
    expect(await other.recoverLeftovers()).toEqual([]);
    expect(await other.holders(1, ['web'])).toEqual([{ appId: 1, service: 'web' }]);
    expect((await other.acquire({ appId: 1, services: ['web'], force: false })).status).toBe('held');
    expect(isOurs(temporary.lock(1, 'web'))).toBe(true);
  });

  it('is recovered when an earlier version wrote it, without its process', async () => {
    await leaveBehind(temporary.directory, temporary.lock(1, 'web'), temporary.elsewhere);
    const path = temporary.lock(1, 'web');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"process":\{[^}]*\},/, ''));
    expect(await open().recoverLeftovers()).toEqual([{ appId: 1, service: 'web', path }]);
  });

  it('stays when a service made another in its place, which may even get its inode number', async () => {
    const lease = await leaseOf(open(), ['web']);
    for (const name of LOCK_NAMES) {
      unlinkSync(temporary.lock(1, 'web', name));
      writeFileSync(temporary.lock(1, 'web', name), 'mine');
    }
    await lease[Symbol.asyncDispose]();
    expect(LOCK_NAMES.map((name) => readFileSync(temporary.lock(1, 'web', name), 'utf8'))).toEqual(['mine', 'mine']);
  });

  it.runIf(process.geteuid?.() === 0)(
    'cannot be removed by a user without root, who can take and release its own',
    async () => {
      const locks = open();
      await locks.prepare(1, ['web']);
      const asNobody = (script: string): boolean =>
        spawnSync('sh', ['-ec', script], { uid: 65534, gid: 65534, cwd: temporary.service(1, 'web') }).status === 0;

      expect(asNobody('mkdir updates.lock')).toBe(true);
      expect(await locks.holders(1, ['web'])).toHaveLength(1);
      expect(asNobody('rmdir updates.lock')).toBe(true);
      expect(asNobody('set -C; : > resin-updates.lock')).toBe(true);
      expect(await locks.holders(1, ['web'])).toHaveLength(1);
      expect(asNobody('rm resin-updates.lock')).toBe(true);

      const lease = await leaseOf(locks, ['web']);
      for (const attempt of [
        'rm -f updates.lock',
        'mv updates.lock x',
        'mv -T x updates.lock',
        ': > updates.lock',
        'mkdir updates.lock',
      ]) {
        expect([attempt, asNobody(`touch x; ${attempt}`)]).toEqual([attempt, false]);
      }
      expect(lease.compromised.aborted).toBe(false);
      await lease[Symbol.asyncDispose]();
      expect(asNobody('mkdir updates.lock')).toBe(true);
    },
  );
});

describe('a lease', () => {
  it('reports the removal of one of its locks, and not a mere touch', async () => {
    const lease = await leaseOf(open({ verifyInterval: 1000 }), ['db', 'web']);
    utimesSync(temporary.lock(1, 'db'), 0, 0);
    unlinkSync(temporary.lock(1, 'web'));
    mkdirSync(temporary.lock(1, 'web'));
    await once(lease.compromised, 'abort');
    expect(lease.compromised.reason).toBeInstanceOf(LeaseCompromisedError);
    expect(lease.compromised.reason).toMatchObject({
      code: 'LEASE_COMPROMISED',
      details: { appId: 1, service: 'web', path: temporary.lock(1, 'web') },
    });
    await lease[Symbol.asyncDispose]();
    expect(readdirSync(temporary.service(1, 'web'))).toEqual(['updates.lock']);
    expect(readdirSync(temporary.service(1, 'db'))).toEqual([]);
  });

  it('notices at once, when it is asked, that a lock was removed or replaced', async () => {
    const lease = await leaseOf(open(), ['db', 'web']);
    unlinkSync(temporary.lock(1, 'web', 'resin-updates.lock'));
    mkdirSync(temporary.lock(1, 'web', 'resin-updates.lock'));
    expect(() => lease.assertHeld('db')).not.toThrow();
    expect(() => lease.assertHeld('web')).toThrow(LeaseCompromisedError);
    expect(lease.compromised.reason).toBeInstanceOf(LeaseCompromisedError);
    expect(() => lease.assertHeld('db')).toThrow(LeaseCompromisedError);
  });

  it('removes its lock also when that was away for a while', async () => {
    const lease = await leaseOf(open({ verifyInterval: 1000 }), ['web']);
    renameSync(temporary.lock(1, 'web'), temporary.elsewhere);
    await once(lease.compromised, 'abort');
    renameSync(temporary.elsewhere, temporary.lock(1, 'web'));
    await lease[Symbol.asyncDispose]();
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
  });

  it('ends also when its lock cannot be removed; the next one takes over what is left', async () => {
    let broken = false;
    const fileSystem = beforeEachStep(({ call }) => {
      if (broken && call === 'unlink') throw systemError('EIO');
    });
    const locks = open({ fileSystem });
    const lease = await leaseOf(locks, ['web']);
    broken = true;
    await expect(lease[Symbol.asyncDispose]()).rejects.toMatchObject({
      details: { problem: 'failed', systemCode: 'EIO' },
    });
    broken = false;
    const next = await leaseOf(locks, ['web']);
    await next[Symbol.asyncDispose]();
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
  });
});

describe('a failing file system', () => {
  it.each([
    ['EACCES', 'not-writable', /own the directory/],
    ['EXDEV', 'no-hard-links', /tmpfs/],
    ['EIO', 'failed', /system log/],
  ])('is reported with a remedy: %s', async (code, problem, hint) => {
    const locks = open({
      fileSystem: beforeEachStep(({ call }) => {
        if (call === 'link') throw systemError(code);
      }),
    });
    const error: unknown = await locks
      .acquire({ appId: 1, services: ['web'], force: false })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockDirectoryError);
    expect(error).toMatchObject({
      code: 'LOCK_DIRECTORY_UNUSABLE',
      details: { path: temporary.service(1, 'web'), problem, systemCode: code },
      hint: expect.stringMatching(hint),
    });
  });

  it.each([
    ['EROFS', 'read-only', /writable/],
    ['ENOSPC', 'no-space', /Free space/],
  ])('that takes no lock directory is reported with a remedy: %s', async (code, problem, hint) => {
    const fileSystem = beforeEachStep(({ call }) => {
      if (call === 'mkdir') throw systemError(code);
    });
    await expect(open({ fileSystem }).prepare(1, ['web'])).rejects.toMatchObject({
      details: { problem, systemCode: code },
      hint: expect.stringMatching(hint),
    });
  });

  it('leaves nothing behind, whichever change fails, and the locks can be taken afterwards', async () => {
    const steps: Step[] = [];
    let failAt = Infinity;
    const fileSystem = beforeEachStep((step) => {
      steps.push(step);
      if (steps.length === failAt) throw systemError('EIO');
    });
    const locks = open({ fileSystem });
    const attempt = async (): Promise<boolean> => {
      steps.length = 0;
      const result = await locks
        .acquire({ appId: 1, services: ['db', 'web'], force: false })
        .catch((error: unknown) => error);
      if (result instanceof LockDirectoryError) return false;
      failAt = Infinity;
      await leaveLease(result);
      return true;
    };
    expect([await attempt(), await attempt()]).toEqual([true, true]);
    const last = steps.findLastIndex(({ call }) => call === 'link') + 1;
    for (let step = 1; step <= last; step++) {
      failAt = step;
      expect([step, await attempt()]).toEqual([step, false]);
      expect([readdirSync(temporary.service(1, 'db')), readdirSync(temporary.service(1, 'web'))]).toEqual([[], []]);
      expect(temporary.litter()).toEqual([]);
      failAt = Infinity;
      expect(await attempt()).toBe(true);
    }
    expect(last).toBe(['create', 'write', 'sync', 'link', 'link', 'link', 'link'].length);
  });
});

async function leaveLease(result: unknown): Promise<void> {
  if (typeof result !== 'object' || result === null || !('lease' in result)) throw new Error('no lease');
  const { lease } = result;
  if (typeof lease !== 'object' || lease === null || !(Symbol.asyncDispose in lease)) throw new Error('no lease');
  const dispose = lease[Symbol.asyncDispose];
  if (typeof dispose === 'function') await dispose.call(lease);
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
