import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orphanedSideFile, setAside } from './set-aside.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(directory, 'a');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('setAside', () => {
  it('takes the side files along, and leaves everything else', () => {
    make('a', 'a-wal', 'a-journal', 'a-shm', 'a.lock', 'b-wal');
    expect(setAside(path)).toBe(`${path}.damaged-1`);
    expect(names()).toEqual([
      'a.damaged-1',
      'a.damaged-1-journal',
      'a.damaged-1-shm',
      'a.damaged-1-wal',
      'a.lock',
      'b-wal',
    ]);
  });

  it('counts on from the latest, and keeps the latest three with their side files', () => {
    make(
      'a',
      'a.damaged-2',
      'a.damaged-2-wal',
      'a.damaged-9-shm',
      'a.damaged-10',
      'a.damaged-10-wal',
      'a.damaged-note',
    );
    expect(setAside(path)).toBe(`${path}.damaged-11`);
    expect(names()).toEqual(['a.damaged-10', 'a.damaged-10-wal', 'a.damaged-11', 'a.damaged-9-shm', 'a.damaged-note']);
  });
});

describe('orphanedSideFile', () => {
  it('is one without its database', () => {
    expect(orphanedSideFile(path)).toBeNull();
    make('a-journal');
    expect(orphanedSideFile(path)).toBe(`${path}-journal`);
    make('a');
    expect(orphanedSideFile(path)).toBeNull();
  });
});

function make(...files: string[]): void {
  for (const name of files) writeFileSync(join(directory, name), '');
}

function names(): string[] {
  return readdirSync(directory).sort();
}
