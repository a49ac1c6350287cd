import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ServiceReference } from '@device-supervisor/update-locks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, LOCK_NAMES, LockWatchError, type DeviceUpdateLocks } from './index.ts';

let temporary: TemporaryDirectory;
let locks: DeviceUpdateLocks;
let stop: AbortController;
beforeEach(() => {
  temporary = createTemporaryDirectory();
  locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' });
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  temporary[Symbol.dispose]();
});

interface Watch {
  /** Resolves with the report of the service after which `condition` holds; fails by time-out otherwise. */
  until(service: string, condition: () => boolean): Promise<ServiceReference>;
}

function watch(services: readonly string[] = ['web']): Watch {
  const changes = locks.watch([{ appId: 1, services }], stop.signal)[Symbol.asyncIterator]();
  return {
    async until(service, condition) {
      for (;;) {
        const { value, done } = await changes.next();
        if (done === true) throw new Error('the watch ended');
        if (value.service === service && condition()) return value;
      }
    },
  };
}

const WEB: ServiceReference = { appId: 1, service: 'web' };
const isThere = (path: string) => (): boolean => existsSync(path);
const isGone = (path: string) => (): boolean => !existsSync(path);

describe.each(LOCK_NAMES)('watching %s', (name) => {
  it.each<[string, (path: string) => void, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, ''), (path) => unlinkSync(path)],
    ['a directory', (path) => mkdirSync(path), (path) => rmdirSync(path)],
    ['a dangling link', (path) => symlinkSync('/nowhere', path), (path) => unlinkSync(path)],
    [
      'a file that is moved',
      (path) => (writeFileSync(temporary.elsewhere, ''), renameSync(temporary.elsewhere, path)),
      (path) => renameSync(path, temporary.elsewhere),
    ],
  ])('reports %s', async (_, take, release) => {
    await locks.prepare(1, ['web']);
    const path = temporary.lock(1, 'web', name);
    const { until } = watch();
    take(path);
    expect(await until('web', () => true)).toEqual(WEB);
    release(path);
    expect(await until('web', isGone(path))).toEqual(WEB);
  });
});

describe('watching', () => {
  it('does not report what else happens in the directory of a service', async () => {
    await locks.prepare(1, ['web']);
    await locks.prepare(1, ['db']);
    writeFileSync(temporary.lock(1, 'web'), '');
    const changes = locks.watch([{ appId: 1, services: ['web', 'db'] }], stop.signal)[Symbol.asyncIterator]();
    writeFileSync(`${temporary.service(1, 'web')}/something-else`, '');
    writeFileSync(temporary.lock(1, 'web'), 'pid');
    await locks.prepare(2, ['web']);
    writeFileSync(temporary.lock(2, 'web'), '');
    unlinkSync(temporary.lock(2, 'web'));
    writeFileSync(temporary.lock(1, 'db'), '');
    expect((await changes.next()).value).toEqual({ appId: 1, service: 'db' });
  });

  it('begins before the directories are there', async () => {
    const { until } = watch();
    const path = temporary.lock(1, 'web');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    expect(await until('web', isThere(path))).toEqual(WEB);
    unlinkSync(path);
    expect(await until('web', isGone(path))).toEqual(WEB);
  });

  it('does not depend on how far apart the directories are made', async () => {
    const { until } = watch(['web', 'db']);
    for (const service of ['web', 'db']) {
      await locks.prepare(1, [service]);
      expect(await until(service, isThere(temporary.service(1, service)))).toEqual({ appId: 1, service });
      writeFileSync(temporary.lock(1, service), '');
      expect(await until(service, isThere(temporary.lock(1, service)))).toEqual({ appId: 1, service });
    }
  });

  it.each<[string, (service: string) => string]>([
    ['of the service', (service) => service],
    ['of the app', (service) => dirname(service)],
    ['of all services', (service) => dirname(dirname(service))],
    ['above all services', (service) => dirname(dirname(dirname(service)))],
  ])('goes on after the directory %s was removed and made again', async (_, level) => {
    await locks.prepare(1, ['web']);
    const path = temporary.lock(1, 'web');
    const { until } = watch();
    for (let round = 0; round < 3; round++) {
      writeFileSync(path, '');
      expect(await until('web', isThere(path))).toEqual(WEB);
      rmSync(level(dirname(path)), { recursive: true });
      expect(await until('web', isGone(path))).toEqual(WEB);
      if (round === 1) mkdirSync(dirname(path), { recursive: true });
      else await locks.prepare(1, ['web']);
    }
    writeFileSync(path, '');
    expect(await until('web', isThere(path))).toEqual(WEB);
  });

  it('goes on after the directory of the app was moved away', async () => {
    await locks.prepare(1, ['web']);
    const { until } = watch();
    renameSync(dirname(temporary.service(1, 'web')), temporary.elsewhere);
    expect(await until('web', isGone(temporary.service(1, 'web')))).toEqual(WEB);
    await locks.prepare(1, ['web']);
    expect(await until('web', isThere(temporary.service(1, 'web')))).toEqual(WEB);
    writeFileSync(temporary.lock(1, 'web'), '');
    expect(await until('web', isThere(temporary.lock(1, 'web')))).toEqual(WEB);
  });

  it('wakes up a caller that found the lock held', async () => {
    await locks.prepare(1, ['web']);
    const { until } = watch();
    mkdirSync(temporary.lock(1, 'web'));
    expect((await locks.acquire({ appId: 1, services: ['web'], force: false })).status).toBe('held');
    rmdirSync(temporary.lock(1, 'web'));
    expect(await until('web', isGone(temporary.lock(1, 'web')))).toEqual(WEB);
    expect((await locks.acquire({ appId: 1, services: ['web'], force: false })).status).toBe('acquired');
    await locks[Symbol.asyncDispose]();
  });

  it('fails when the directory cannot be looked at', () => {
    mkdirSync(dirname(temporary.directory));
    symlinkSync('services', temporary.directory);
    expect(() => locks.watch([{ appId: 1, services: ['web'] }], stop.signal)).toThrow(LockWatchError);
  });

  it('lets go of everything when its reader stops', async () => {
    await locks.prepare(1, ['web']);
    const before = watchedDirectories();
    const changes = locks.watch([{ appId: 1, services: ['web'] }], stop.signal);
    expect(watchedDirectories()).toBe(before + 3);
    writeFileSync(temporary.lock(1, 'web'), '');
    for await (const change of changes) {
      expect(change).toEqual({ appId: 1, service: 'web' });
      break;
    }
    // The event that was just read is not over yet, and keeps its directory until then.
    await setImmediate();
    expect(watchedDirectories()).toBe(before);
  });
});

/** As the kernel counts them. */
function watchedDirectories(): number {
  const info = readdirSync('/proc/self/fdinfo').filter((fd) => existsSync(`/proc/self/fdinfo/${fd}`));
  return info.flatMap((fd) => readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify wd:/gm) ?? []).length;
}
