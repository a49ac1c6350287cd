import { existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beforeEachStep, systemError } from '../test/record-steps.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, LeaseCompromisedError, type DeviceUpdateLocks } from './index.ts';

let temporary: TemporaryDirectory;
let messages: string[];
let code: string;
/** Nothing can be made while this holds. */
let isFull: () => boolean;
let locks: DeviceUpdateLocks;

beforeEach(async () => {
  temporary = createTemporaryDirectory();
  messages = [];
  code = 'ENOSPC';
  isFull = () => false;
  locks = createUpdateLocks({
    holder: 'device-supervisor',
    directory: temporary.directory,
    logger: (message) => messages.push(message),
    fileSystem: beforeEachStep(({ call }) => {
      if (['mkdir', 'create', 'write', 'link'].includes(call) && isFull()) throw systemError(code);
    }),
  });
  await locks.prepare(1, ['web']);
  await locks.prepare(1, ['noisy']);
});
afterEach(async () => {
  await locks[Symbol.asyncDispose]();
  temporary[Symbol.dispose]();
});

async function acquire(force = false, service = 'web') {
  return await locks.acquire({ appId: 1, services: [service], force });
}

/** The file system is full for as long as this file is there. */
function fill(name: string, bytes = 2_000_000): string {
  const file = join(temporary.service(1, 'noisy'), name);
  writeFileSync(file, Buffer.alloc(bytes));
  isFull = () => existsSync(file);
  return file;
}

describe('a file system that a service fills through its lock directory', () => {
  it.each([
    ['taking a lock', async () => (await acquire()).status],
    ['preparing a directory', async () => await locks.prepare(2, ['new'])],
  ])('is freed of everything but locks by %s', async (_, call) => {
    const lock = temporary.lock(1, 'noisy');
    const file = fill('filler');
    linkSync(file, lock);
    mkdirSync(join(temporary.service(1, 'noisy'), 'deep', 'er'), { recursive: true });
    expect(['acquired', undefined]).toContain(await call());
    expect(readdirSync(temporary.service(1, 'noisy'))).toEqual(['updates.lock']);
    expect(messages).toEqual([expect.stringContaining('service noisy of app 1 filled the file system')]);
  });

  it('holds the lock for which it was freed', async () => {
    fill('filler');
    expect((await acquire()).status).toBe('acquired');
    expect(readdirSync(temporary.service(1, 'web'))).toHaveLength(2);
  });

  it('is freed of many small files, too', async () => {
    for (let index = 0; index < 101; index++) fill(`filler-${index}`, 1);
    expect((await acquire()).status).toBe('acquired');
    expect(readdirSync(temporary.service(1, 'noisy'))).toEqual([]);
  });

  it('keeps the little that other services have there', async () => {
    writeFileSync(join(temporary.service(1, 'web'), 'note'), 'small');
    fill('filler');
    await acquire();
    expect(readdirSync(temporary.service(1, 'web'))).toContain('note');
  });

  it('is never freed behind a link', async () => {
    mkdirSync(temporary.elsewhere);
    writeFileSync(join(temporary.elsewhere, 'precious'), Buffer.alloc(2_000_000));
    symlinkSync(temporary.elsewhere, join(temporary.service(1, 'noisy'), 'link'));
    symlinkSync(temporary.elsewhere, join(temporary.directory, '1', 'other'));
    fill('filler');
    await acquire();
    expect(readdirSync(temporary.elsewhere)).toEqual(['precious']);
  });
});

describe.each(['ENOSPC', 'EROFS', 'EDQUOT'])('a file system that takes no lock: %s', (failure) => {
  beforeEach(() => {
    code = failure;
  });

  it('stops no update', async () => {
    isFull = () => true;
    const result = await acquire();
    if (result.status === 'held') throw new Error('no lock is held');
    result.lease.assertHeld('web');
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
    expect(messages).toEqual([expect.stringContaining('is updated without a lock file')]);
    await result.lease[Symbol.asyncDispose]();
    isFull = () => false;
    expect((await acquire()).status).toBe('acquired');
  });

  it('keeps the lock that a service took before', async () => {
    writeFileSync(temporary.lock(1, 'web'), '');
    isFull = () => true;
    expect(await acquire()).toEqual({ status: 'held', holders: [{ appId: 1, service: 'web' }] });
  });

  it('stops no forced update', async () => {
    writeFileSync(temporary.lock(1, 'web'), '');
    isFull = () => true;
    expect((await acquire(true)).status).toBe('acquired');
  });

  it('ends our lease when the service takes its lock meanwhile', async () => {
    isFull = () => true;
    const result = await acquire();
    if (result.status === 'held') throw new Error('no lock is held');
    writeFileSync(temporary.lock(1, 'web'), '');
    expect(() => result.lease.assertHeld('web')).toThrow(LeaseCompromisedError);
    expect(result.lease.compromised.aborted).toBe(true);
  });
});

it('a file system that fails otherwise stops updates, but no forced ones', async () => {
  code = 'EIO';
  isFull = () => true;
  await expect(acquire()).rejects.toMatchObject({ details: { problem: 'failed' } });
  expect((await acquire(true)).status).toBe('acquired');
});
