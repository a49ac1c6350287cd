import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { positionFile } from './position-file.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'positions-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it('gives what was saved last, and nothing before', () => {
  const path = join(directory, 'new/positions.json');
  const file = positionFile(path);
  expect(file.load()).toBeNull();
  file.save('one');
  file.save('two');
  expect(positionFile(path).load()).toBe('two');
  expect(readdirSync(dirname(path))).toEqual(['positions.json']);
});

it('says when it cannot be read or written', () => {
  const path = join(directory, 'positions.json');
  mkdirSync(path);
  const file = positionFile(path);
  expect(() => file.load()).toThrow('EISDIR');
  expect(() => file.save('one')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
});
