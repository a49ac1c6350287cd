import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOurs } from '../test/lock-files.ts';
import { beforeEachStep } from '../test/record-steps.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, LOCK_NAMES, type LockFileSystem } from './index.ts';

const SERVICES = Array.from({ length: 30 }, (_, index) => `s${index}`);

let temporary: TemporaryDirectory;
beforeEach(() => {
  temporary = createTemporaryDirectory();
});
afterEach(() => temporary[Symbol.dispose]());

const open = (fileSystem: LockFileSystem) =>
  createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor', fileSystem });
const links = (count: number): string[] => Array<string>(count).fill('link');
const filesLeft = (): readonly string[] => [
  ...SERVICES.flatMap((service) => readdirSync(temporary.service(1, service))),
  ...temporary.litter(),
];

describe('the lease of an app of thirty services', () => {
  it('is one file, written and synced once', async () => {
    const steps: string[] = [];
    await using locks = open(beforeEachStep(({ call }) => steps.push(call)));
    await locks.prepare(1, SERVICES);
    steps.length = 0;
    const result = await locks.acquire({ appId: 1, services: SERVICES, force: false });
    if (result.status === 'held') throw new Error('no service holds a lock');
    expect(steps).toEqual(['create', 'write', 'sync', ...links(60), 'unlink']);
    const paths = SERVICES.flatMap((service) => LOCK_NAMES.map((name) => temporary.lock(1, service, name)));
    expect(new Set(paths.map((path) => lstatSync(path).ino)).size).toBe(1);
    expect(paths.every(isOurs)).toBe(true);
    await result.lease[Symbol.asyncDispose]();
    expect(filesLeft()).toEqual([]);
  });

  it('is given back whole, and not completed, when a service takes its lock meanwhile', async () => {
    const taken = temporary.lock(1, 's1');
    const steps: string[] = [];
    const fileSystem = beforeEachStep(({ call, path }) => {
      steps.push(call);
      if (call === 'link' && path === taken) mkdirSync(taken);
    });
    await using locks = open(fileSystem);
    await locks.prepare(1, SERVICES);
    const result = await locks.acquire({ appId: 1, services: SERVICES, force: false });
    expect(result).toEqual({ status: 'held', holders: [{ appId: 1, service: 's1' }] });
    expect(steps.filter((call) => call === 'link').length).toBeLessThan(60);
    expect(filesLeft()).toEqual(['updates.lock']);
    expect(lstatSync(taken).isDirectory()).toBe(true);
  });
});
