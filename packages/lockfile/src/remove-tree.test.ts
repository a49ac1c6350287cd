import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from './remove-tree.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'remove-tree-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('removeTree', () => {
  it('removes a directory with all its contents', async () => {
    mkdirSync(join(root, 'held/a/b/c/d/e/f/g/h'), { recursive: true });
    writeFileSync(join(root, 'held/a/file'), '');
    await removeTree(join(root, 'held'));
    expect(readdirSync(root)).toEqual([]);
  });

  it('succeeds when nothing is there', async () => {
    await removeTree(join(root, 'held'));
    await removeTree(join(root, 'no/such/directory'));
    expect(readdirSync(root)).toEqual([]);
  });

  it('does not leave the tree when a directory is swapped for a link meanwhile', async () => {
    const [inside, victim] = [join(root, 'held/inside'), join(root, 'victim')];
    const names = Array.from({ length: 3000 }, (_, index) => String(index));
    for (const directory of [inside, victim]) {
      mkdirSync(directory, { recursive: true });
      for (const name of names) writeFileSync(join(directory, name), '');
    }
    const first = readdirSync(inside)[0] ?? '';

    const removal = removeTree(join(root, 'held')).catch((error: unknown) => error);
    while (existsSync(join(inside, first))) await setImmediate();
    renameSync(inside, join(root, 'away'));
    expect(readdirSync(join(root, 'away')).length).toBeGreaterThan(0);
    symlinkSync(victim, inside);
    expect(await removal).toMatchObject({ code: 'ENOTDIR' });

    await removeTree(join(root, 'held'));
    expect(existsSync(join(root, 'held'))).toBe(false);
    expect(readdirSync(victim)).toHaveLength(names.length);
  });
});
