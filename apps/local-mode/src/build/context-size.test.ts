import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contextFiles } from './context-files.ts';
import { measureContext, type ContextSize } from './context-size.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'context-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function measured(files: Readonly<Record<string, number>>): Promise<ContextSize> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
    await truncate(join(folder, name), bytes);
  }
  const size = measureContext();
  const rules = { file: null, ignores: () => false, hasExceptions: false };
  await Array.fromAsync(size.count(contextFiles(folder, { rules, needed: new Set(), busybox: null, only: null })));
  return size;
}

it('names the folder that makes a context large', async () => {
  const size = await measured({
    'web/node_modules/a/b': 12_000_000,
    'web/src/c': 3_000_000,
    '.git/d': 5_000_000,
    e: 1,
  });
  expect([size.files, size.bytes]).toEqual([4, 20_000_001]);
  expect(size.remark({ file: null })).toBe(
    'the build context holds 20 MB, 12 MB of them in web/node_modules: there is no .dockerignore that leaves out what the build does not need',
  );
  expect(size.remark({ file: '/x/.dockerignore' })).toContain('the .dockerignore lets them through');
});

it('says nothing of a small one', async () => {
  expect((await measured({ 'node_modules/a': 9_000_000 })).remark({ file: null })).toBeNull();
});
