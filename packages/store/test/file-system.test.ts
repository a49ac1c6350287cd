import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { openStore, StoreWriteError, type Store } from '@device-supervisor/store';
import Sqlite from 'better-sqlite3';

/** Needs root: every test has a small file system of its own. */
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=64', 'tmpfs', directory]);
  path = join(directory, 'database.sqlite');
});
afterEach(() => {
  execFileSync('umount', [directory]);
  rmSync(directory, { recursive: true });
});

const TARGET = { name: 'device', config: {}, apps: {} };
/** Milliseconds until the store looks at its disk again. */
const CHECK = 30_000;

it('needs no disk for temporary files when a large target is replaced', () => {
  const program = fileURLToPath(new URL('replace-large-target.ts', import.meta.url));
  const large = mkdtempSync(join(tmpdir(), 'store-'));
  try {
    const database = join(large, 'database.sqlite');
    fill();
    const fault = execFileSync(process.execPath, ['--conditions=@device-supervisor/source', program, database], {
      env: { ...process.env, SQLITE_TMPDIR: directory },
      encoding: 'utf8',
    });
    expect(fault).toBe('none');
    expect(statSync(database).size).toBeLessThan(25_000_000);
  } finally {
    rmSync(large, { recursive: true });
  }
});

describe('a full disk', () => {
  it('refuses a local target with a hint, keeps what was there, and does no harm once there is space again', () => {
    using store = openStore({ path });
    store.targets.save('local', TARGET);
    fill();
    expect(writeFault(() => store.targets.save('local', bigTarget()))).toBe('no-space');
    expect(() => store.targets.save('local', bigTarget())).toThrow(/no space left/);
    expect(store.targets.load('local')).toEqual(TARGET);
    free();
    store.targets.save('local', bigTarget());
    expect([store.targets.load('local'), store.fault]).toEqual([bigTarget(), null]);
    expect(whatIsOnDisk((found) => found.targets.load('local'))).toEqual(bigTarget());
  });

  it('keeps changes in memory, and writes them when there is space', () => {
    const clock = createFakeClock();
    const messages: string[] = [];
    using store = openStore({ path, clock, logger: (message) => messages.push(message) });
    fill();
    store.targets.save('cloud', bigTarget());
    const key = store.apiKeys.forService(7, 'web');
    expect(store.targets.load('cloud')).toEqual(bigTarget());
    expect(store.fault).toMatchObject({ code: 'STORE_WRITE_FAILED', details: { reason: 'no-space' } });
    expect(messages).toEqual([expect.stringMatching(/no space left.*kept in memory alone.*Free some space/)]);
    clock.advance(CHECK);
    expect(messages).toHaveLength(1);
    free();
    clock.advance(CHECK);
    expect([store.fault, messages.length]).toEqual([null, 2]);
    expect(whatIsOnDisk((found) => [found.targets.load('cloud'), found.apiKeys.find(key)])).toEqual([
      bigTarget(),
      { kind: 'app', appId: 7, serviceName: 'web' },
    ]);
  });

  it('takes a replaced key back, as the old one would be valid again after a restart', () => {
    using store = openStore({ path });
    const key = store.apiKeys.global();
    fill();
    expect(writeFault(() => store.apiKeys.regenerate(key))).toBe('no-space');
    expect(store.apiKeys.find(key)).toEqual({ kind: 'global' });
    free();
    expect(store.apiKeys.regenerate(key)).not.toBe(key);
    expect(store.apiKeys.find(key)).toBeNull();
  });

  it.each([
    ['full', fill],
    ['out of inodes', useInodes],
  ])('does not keep the store from being opened, when it is %s', (_, spoil) => {
    {
      using store = openStore({ path });
      store.settings.set('name', 'before');
    }
    rmSync(`${path}.lock`);
    spoil();
    {
      using store = openStore({ path });
      expect([store.settings.get('name'), store.recovered]).toEqual(['before', null]);
      store.settings.set('name', 'after');
      expect([store.settings.get('name'), store.fault?.code]).toEqual(['after', 'STORE_WRITE_FAILED']);
    }
    free();
    using store = openStore({ path });
    expect([store.settings.get('name'), store.fault]).toEqual(['before', null]);
  });

  it.each([
    ['full', fill],
    ['out of inodes', useInodes],
  ])('is no obstacle to the first start, when it is %s: the database is made when there is room', (_, spoil) => {
    const clock = createFakeClock();
    spoil();
    using store = openStore({ path, clock });
    store.settings.set('name', 'value');
    expect(store.fault).toMatchObject({ details: { reason: 'no-space' } });
    free();
    clock.advance(CHECK);
    expect(store.fault).toBeNull();
    expect(whatIsOnDisk((found) => found.settings.get('name'))).toBe('value');
  });

  it('keeps a damaged database until it can be replaced', () => {
    openStore({ path })[Symbol.dispose]();
    const { size } = statSync(path);
    writeFileSync(path, Buffer.alloc(size, 'garbage'));
    fill();
    const clock = createFakeClock();
    using store = openStore({ path, clock });
    expect(store.fault).toMatchObject({ details: { reason: 'no-space' } });
    free();
    clock.advance(CHECK);
    expect([store.fault, store.recovered?.setAside]).toEqual([null, `${path}.damaged-1`]);
    expect(statSync(`${path}.damaged-1`).size).toBe(size);
  });
});

describe('a read-only file system', () => {
  it.each([
    ['without a database', () => undefined, null],
    ['with one', () => keepSetting(), 'before'],
    ['with one and its log', () => keepSettingInLog(), 'from the log'],
  ])('(%s) lets the store open with what is there, and heals', (_, prepare, known) => {
    prepare();
    const before = readdirSync(directory);
    remount('ro');
    const clock = createFakeClock();
    using store = openStore({ path, clock });
    expect([store.settings.get('name'), store.recovered]).toEqual([known, null]);
    expect(store.fault).toMatchObject({ details: { reason: 'read-only' } });
    expect(writeFault(() => store.targets.save('local', TARGET))).toBe('read-only');
    store.settings.set('other', 'kept');
    remount('rw');
    expect(readdirSync(directory)).toEqual(before);
    clock.advance(CHECK);
    store.targets.save('local', TARGET);
    expect(store.fault).toBeNull();
    expect(
      whatIsOnDisk((found) => [found.settings.get('name'), found.settings.get('other'), found.targets.load('local')]),
    ).toEqual([known, 'kept', TARGET]);
  });
});

function keepSetting(): void {
  using store = openStore({ path });
  store.settings.set('name', 'before');
}

/** As an earlier version leaves it that was killed. */
function keepSettingInLog(): void {
  keepSetting();
  const sqlite = new Sqlite(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec("UPDATE settings SET value = 'from the log'");
  const files = ['', '-wal'].map((suffix) => [suffix, readFileSync(path + suffix)] as const);
  sqlite.close();
  for (const [suffix, bytes] of files) writeFileSync(path + suffix, bytes);
}

/** The data for a process that starts after this one was killed. */
function whatIsOnDisk<T>(look: (store: Store) => T): T {
  const elsewhere = mkdtempSync(join(tmpdir(), 'found-'));
  try {
    writeFileSync(join(elsewhere, 'database'), readFileSync(path));
    using store = openStore({ path: join(elsewhere, 'database') });
    return look(store);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
}

function useInodes(): void {
  const parent = join(directory, 'filler');
  mkdirSync(parent);
  try {
    for (let index = 0; ; index++) writeFileSync(join(parent, String(index)), '');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

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
  rmSync(join(directory, 'filler'), { recursive: true });
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
