import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, StoreWriteError } from '@device-supervisor/store';

/** Needs root: every test has a small file system of its own. */
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  path = join(directory, 'database.sqlite');
});
afterEach(() => {
  execFileSync('umount', [directory]);
  rmSync(directory, { recursive: true });
});

describe('a full disk', () => {
  it('fails a change with a hint, keeps what was there, and does no harm once there is space again', () => {
    using store = openStore({ path });
    store.settings.set('name', 'before');
    fill();
    expect(writeFault(() => store.targets.save('cloud', bigTarget()))).toBe('no-space');
    expect(() => store.targets.save('cloud', bigTarget())).toThrow(/no space left/);
    expect([store.settings.get('name'), store.targets.load('cloud')]).toEqual(['before', null]);
    free();
    store.targets.save('cloud', bigTarget());
    expect(store.targets.load('cloud')).toEqual(bigTarget());
  });

  it('does not keep the store from being opened and read', () => {
    {
      using store = openStore({ path });
      store.settings.set('name', 'before');
    }
    fill();
    {
      using store = openStore({ path });
      expect([store.settings.get('name'), store.recovered]).toEqual(['before', null]);
      expect(writeFault(() => store.settings.set('name', 'after'))).toBe('no-space');
    }
    free();
    using store = openStore({ path });
    expect([store.settings.get('name'), store.recovered]).toEqual(['before', null]);
  });

  it('fails the first start with a hint, and the next one succeeds', () => {
    fill();
    expect(writeFault(() => openStore({ path }))).toBe('no-space');
    free();
    using store = openStore({ path });
    store.settings.set('name', 'value');
    expect(store.settings.get('name')).toBe('value');
  });

  it('fails the replacement of a damaged database, which is kept', () => {
    openStore({ path })[Symbol.dispose]();
    const { size } = statSync(path);
    writeFileSync(path, Buffer.alloc(size, 'garbage'));
    fill();
    expect(writeFault(() => openStore({ path }))).toBe('no-space');
    free();
    openStore({ path })[Symbol.dispose]();
    expect(statSync(`${path}.damaged-1`).size).toBe(size);
  });
});

describe('a read-only file system', () => {
  it.each([
    ['a new database', () => undefined],
    ['one that is there', () => openStore({ path })[Symbol.dispose]()],
  ])('fails to open %s, with a hint', (_, prepare) => {
    prepare();
    const before = readdirSync(directory);
    remount('ro');
    expect(writeFault(() => openStore({ path }))).toBe('read-only');
    remount('rw');
    expect(readdirSync(directory)).toEqual(before);
  });
});

function fill(): void {
  const file = join(directory, 'filler');
  for (const size of [64 * 1_024, 4_096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
}

function free(): void {
  rmSync(join(directory, 'filler'));
}

function remount(mode: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${mode}`, directory]);
}

function writeFault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof StoreWriteError && error.hint !== undefined) return error.details.reason;
    throw error;
  }
  return 'none';
}

function bigTarget() {
  return { config: { PADDING: 'x'.repeat(100_000) }, apps: {} };
}
