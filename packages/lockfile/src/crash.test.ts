import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitOf, spawnScript } from '../test/run-child.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, type DeviceUpdateLocks } from './index.ts';

let temporary: TemporaryDirectory;
beforeEach(() => {
  temporary = createTemporaryDirectory();
});
afterEach(() => temporary[Symbol.dispose]());

function filesLeft(): readonly string[] {
  const services = ['db', 'web'].map((service) => temporary.service(1, service)).filter((path) => existsSync(path));
  return [...services.flatMap((path) => readdirSync(path)), ...temporary.litter()];
}

async function takeAndRelease(locks: DeviceUpdateLocks): Promise<string> {
  const result = await locks.acquire({ appId: 1, services: ['db', 'web'], force: false });
  if (result.status === 'acquired') await result.lease[Symbol.asyncDispose]();
  return result.status;
}

describe('a crash at any point of a lease', () => {
  it('leaves nothing that the next run does not recognise as ours and remove', async () => {
    let crashes = 0;
    let leftovers = 0;
    for (let step = 1; ; step++) {
      temporary[Symbol.dispose]();
      temporary = createTemporaryDirectory();
      const exit = await exitOf(spawnScript('crashing-holder.ts', [temporary.directory, String(step)]));
      if (exit.code === 0) break;
      expect(exit).toEqual({ code: null, signal: 'SIGKILL' });
      crashes++;
      leftovers += filesLeft().length;

      await using locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' });
      const attempts: string[] = [];
      if (step % 2 === 0) attempts.push(await takeAndRelease(locks));
      await locks.recoverLeftovers();
      expect([step, filesLeft()]).toEqual([step, []]);
      attempts.push(await takeAndRelease(locks));
      expect([step, new Set(attempts)]).toEqual([step, new Set(['acquired'])]);
    }
    expect(filesLeft()).toEqual([]);
    expect(crashes).toBeGreaterThan(15);
    expect(leftovers).toBeGreaterThan(15);
  });

  it('does not make the next run remove the lock of a service', async () => {
    const child = spawnScript('holder.ts', [temporary.directory, 'wait']);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGKILL');
    await exitOf(child);
    expect(filesLeft()).toHaveLength(4);
    mkdirSync(temporary.service(1, 'cache'));
    mkdirSync(temporary.lock(1, 'cache'));

    await using locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor' });
    const removed = await locks.recoverLeftovers();
    expect(removed.map(({ service }) => service)).toEqual(['db', 'db', 'web', 'web']);
    expect(await locks.holders(1, ['cache', 'db', 'web'])).toEqual([{ appId: 1, service: 'cache' }]);
  });
});

describe('the end of a process that holds a lease', () => {
  it.each([
    ['exits', 'exit', { code: 0, signal: null }],
    ['dies of an exception', 'throw', { code: 1, signal: null }],
    ['gets a signal that it does not handle', 'wait', { code: null, signal: 'SIGTERM' }],
  ])('removes its locks when it %s', async (_, end, expected) => {
    const child = spawnScript('holder.ts', [temporary.directory, end]);
    const exited = exitOf(child);
    const [said] = await once(child.stdout ?? child, 'data');
    expect(String(said)).toBe('acquired\n');
    if (end === 'wait') child.kill('SIGTERM');
    expect(await exited).toEqual(expected);
    expect(filesLeft()).toEqual([]);
  });
});
