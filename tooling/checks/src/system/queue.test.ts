import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openQueue } from './queue.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'queue-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

it('gives each file to one worker, and knows which were lost', async () => {
  const [one, other] = [openQueue(directory), openQueue(directory)];
  const claims = await Promise.all([one.claim('a/b.test.ts'), other.claim('a/b.test.ts')]);
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await other.claim('c.test.ts')).toBe(true);
  expect(one.finish('a/b.test.ts')).toBe(1);
  expect(await other.unfinished()).toEqual(['c.test.ts']);
  expect(other.finish('c.test.ts')).toBe(2);
  expect(await one.unfinished()).toEqual([]);
});
