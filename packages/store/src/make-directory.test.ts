import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectory } from './make-directory.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'make-directory-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

it('makes what is missing, for our user alone, and accepts what exists', () => {
  const path = join(root, 'a/b/c');
  makeDirectory(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  makeDirectory(path);
  expect(existsSync(path)).toBe(true);
});

it.each(['/proc/none', '/proc/none/deeper'])('fails at once where no directory can be made: %s', (path) => {
  expect(() => makeDirectory(path)).toThrow('ENOENT');
});
