import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveDuration } from './durations.ts';
import { longestFirst, USUAL_DURATIONS } from './order.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const [LONG = '', SHORTER = ''] = Object.keys(USUAL_DURATIONS);

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'order-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('begins with the files that usually take long, on a machine that has run none', () => {
  expect(longestFirst(root, ['a.test.ts', SHORTER, LONG])).toEqual([LONG, SHORTER, 'a.test.ts']);
});

it('goes by what the files took on this machine, once that is known', async () => {
  await saveDuration(root, 'a.test.ts', 900);
  await saveDuration(root, LONG, 1);
  expect(longestFirst(root, [LONG, SHORTER, 'a.test.ts'])).toEqual(['a.test.ts', SHORTER, LONG]);
});

it('knows only files that exist', () => {
  expect(Object.keys(USUAL_DURATIONS).filter((file) => !existsSync(join(REPOSITORY, file)))).toEqual([]);
});
