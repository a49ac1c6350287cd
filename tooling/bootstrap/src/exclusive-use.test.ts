import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withExclusiveUse } from './exclusive-use.mjs';

describe('withExclusiveUse', () => {
  let folder: string;
  let lock: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exclusive-use-'));
    lock = join(folder, 'lock');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives back what the task gives, and leaves no lock', async () => {
    expect(await withExclusiveUse(lock, () => Promise.resolve(existsSync(lock)))).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });

  it('leaves no lock when the task fails', async () => {
    await expect(withExclusiveUse(lock, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(existsSync(lock)).toBe(false);
  });

  it('runs tasks of several processes one after the other', async () => {
    const program = `
      import { withExclusiveUse } from ${JSON.stringify(import.meta.resolve('./exclusive-use.mjs'))};
      import { mkdirSync, rmdirSync } from 'node:fs';
      for (let turn = 0; turn < 5; turn++) {
        await withExclusiveUse(${JSON.stringify(lock)}, async () => {
          mkdirSync(${JSON.stringify(join(folder, 'inside'))});
          await new Promise((resolve) => setTimeout(resolve, 5));
          rmdirSync(${JSON.stringify(join(folder, 'inside'))});
        });
      }`;
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    const endings = await Promise.all(children.map((child) => once(child, 'close')));
    expect(endings).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
  });

  it.each([
    ['whose process has ended', () => JSON.stringify({ pid: 2 ** 22 + 1, started: '1' })],
    ['of an earlier process with the same id', () => JSON.stringify({ pid: process.pid, started: '1' })],
    ['with unknown content', () => 'not a lock'],
  ])('takes over a lock %s', async (_, content) => {
    await writeFile(lock, content());
    expect(await withExclusiveUse(lock, () => Promise.resolve('mine'))).toBe('mine');
  });
});
