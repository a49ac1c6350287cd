import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from './node-file-system.ts';

describe('makeDirectory', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'node-file-system-'));
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  it('returns the outermost directory that was missing', async () => {
    expect(await nodeFileSystem.makeDirectory(join(root, 'a/b/c'))).toBe(join(root, 'a'));
    expect(await nodeFileSystem.makeDirectory(join(root, 'a/b/d'))).toBe(join(root, 'a/b/d'));
    expect(await nodeFileSystem.makeDirectory(join(root, 'a/b/d'))).toBeNull();
  });

  it.each(['/proc/none', '/proc/none/deeper'])('fails at once where no directory can be made: %s', async (path) => {
    await expect(nodeFileSystem.makeDirectory(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
