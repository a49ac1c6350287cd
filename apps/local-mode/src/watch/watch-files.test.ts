import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFiles } from './watch-files.ts';

let root: string;
let seen: Set<string>;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'watch-'));
  seen = new Set();
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function watch(since = Date.now() + 60_000): Promise<AsyncDisposable> {
  return await watchFiles({
    roots: [root],
    ignoresFolder: (path) => path.endsWith('node_modules'),
    since,
    onChange: (path) => void seen.add(relative(root, path)),
    onError: (error) => {
      throw error;
    },
  });
}

async function expectSeen(...paths: string[]): Promise<void> {
  await expect.poll(() => [...seen].filter((path) => paths.includes(path)).toSorted()).toEqual(paths.toSorted());
}

describe('watchFiles', () => {
  it('reports new, changed, replaced and removed files, and folders that are made, moved and removed whole', async () => {
    await mkdir(join(root, 'a/b'), { recursive: true });
    await writeFile(join(root, 'a/b/c'), '1');
    await using _watch = await watch();
    await writeFile(join(root, 'a/b/c'), '2');
    await writeFile(join(root, 'new'), '');
    await expectSeen('a/b/c', 'new');
    seen.clear();
    await writeFile(join(root, 'a/b/.c.swp'), '3');
    await rename(join(root, 'a/b/.c.swp'), join(root, 'a/b/c'));
    await symlink('nowhere', join(root, 'link'));
    await expectSeen('a/b/c', 'link');
    seen.clear();
    await rename(join(root, 'a'), join(root, 'z'));
    await expectSeen('a', 'a/b', 'a/b/c', 'z', 'z/b', 'z/b/c');
    seen.clear();
    await rm(join(root, 'z'), { recursive: true });
    await expectSeen('z', 'z/b', 'z/b/c');
    seen.clear();
    await mkdir(join(root, 'z/y/x'), { recursive: true });
    await writeFile(join(root, 'z/y/x/w'), '');
    await expectSeen('z/y/x/w');
    expect(seen).toContain('z/y');
  });

  it('passes over folders of no interest, and temporary files of editors', async () => {
    await mkdir(join(root, 'node_modules'));
    await mkdir(join(root, '.git'));
    await using _watch = await watch();
    for (const name of ['node_modules/a', '.git/index', '4913', 'b~', '.#c', '.d.swp', '#e#']) {
      await writeFile(join(root, name), '');
    }
    await writeFile(join(root, 'last'), '');
    await expectSeen('last');
    expect([...seen]).toEqual(['last']);
  });

  it('reports at the beginning what has changed since a moment before', async () => {
    for (const [name, seconds] of [
      ['old', 1000],
      ['young', 3000],
    ] as const) {
      await writeFile(join(root, name), '');
      await utimes(join(root, name), seconds, seconds);
    }
    await using _watch = await watch(2_000_000);
    expect([...seen]).toEqual(['young']);
  });
});
