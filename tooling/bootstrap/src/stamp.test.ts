import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, fingerprint } from './fingerprint.mjs';
import { stamp } from './stamp.mjs';

describe('stamp', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'stamp-'));
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  it('matches what it was finished with, until the next attempt begins', () => {
    const install = stamp(root, 'install');
    expect(install.matches('a')).toBe(false);
    install.begin();
    expect(install.wasInterrupted()).toBe(true);
    install.finish('a');
    expect([install.matches('a'), install.matches('b'), install.wasInterrupted()]).toEqual([true, false, false]);
    install.begin();
    expect(stamp(root, 'install').matches('a')).toBe(false);
    expect(stamp(root, 'install').wasInterrupted()).toBe(true);
  });

  it('has a fingerprint that changes with contents, names and values', async () => {
    await mkdir(join(root, 'src/deep'), { recursive: true });
    await writeFile(join(root, 'src/deep/a.ts'), 'one');
    expect(filesBelow(root, 'src')).toEqual(['src/deep/a.ts']);
    const seen = [
      fingerprint(root, ['src/deep/a.ts']),
      fingerprint(root, ['src/deep/b.ts']),
      fingerprint(root, ['src/deep/a.ts'], ['linux']),
    ];
    expect(fingerprint(root, ['src/deep/a.ts'])).toBe(seen[0]);
    await writeFile(join(root, 'src/deep/a.ts'), 'two');
    expect(new Set([...seen, fingerprint(root, ['src/deep/a.ts'])]).size).toBe(4);
  });
});
