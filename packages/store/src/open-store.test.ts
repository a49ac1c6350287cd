import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, StoreInUseError, StoreOpenError, StoreTooNewError } from './index.ts';
import { MIGRATIONS } from './migrations.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(directory, 'database.sqlite');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('openStore', () => {
  it('makes a database in a directory of its own, readable by its owner alone', () => {
    path = join(directory, 'a', 'b', 'database.sqlite');
    using store = openStore({ path });
    store.settings.set('name', 'value');
    expect(store.recovered).toBeNull();
    const modes = readdirSync(join(directory, 'a', 'b')).map((name) => [
      name,
      (statSync(join(directory, 'a', 'b', name)).mode & 0o777).toString(8),
    ]);
    expect(modes).toEqual([
      ['database.sqlite', '600'],
      ['database.sqlite.lock', '600'],
    ]);
  });

  it('takes the right to read it from others, if an earlier version gave it', () => {
    openStore({ path })[Symbol.dispose]();
    const umask = process.umask(0);
    writeFileSync(`${directory}/copy`, readFileSync(path), { mode: 0o644 });
    process.umask(umask);
    using _ = openStore({ path: `${directory}/copy` });
    expect(statSync(`${directory}/copy`).mode & 0o777).toBe(0o600);
  });

  it('keeps its content from one opening to the next', () => {
    {
      using store = openStore({ path });
      store.settings.set('name', 'value');
    }
    using store = openStore({ path });
    expect([store.settings.get('name'), store.recovered]).toEqual(['value', null]);
  });

  it('is for one at a time', () => {
    const first = openStore({ path });
    expect(() => openStore({ path })).toThrow(StoreInUseError);
    first.settings.set('still', 'usable');
    first[Symbol.dispose]();
    using second = openStore({ path });
    expect(second.settings.get('still')).toBe('usable');
  });

  it('names a program that holds the database open by other means', () => {
    openStore({ path })[Symbol.dispose]();
    const other = new Sqlite(path);
    other.exec('BEGIN EXCLUSIVE');
    other.exec('CREATE TABLE other (a)');
    expect(() => openStore({ path })).toThrow(StoreInUseError);
    other.close();
    openStore({ path })[Symbol.dispose]();
  });

  it('has the lock to itself as long as it is open', () => {
    const store = openStore({ path });
    const other = new Sqlite(`${path}.lock`, { timeout: 0 });
    expect(() => other.exec('BEGIN EXCLUSIVE')).toThrow('locked');
    store[Symbol.dispose]();
    other.exec('BEGIN EXCLUSIVE');
    expect(() => openStore({ path })).toThrow(StoreInUseError);
    other.close();
  });

  it('is not kept out by a lock file with something in it', () => {
    writeFileSync(`${path}.lock`, 'left by a failing file system'.repeat(100));
    using store = openStore({ path });
    expect(store.recovered).toBeNull();
  });

  it('leaves a database of a later version as it is', () => {
    {
      using store = openStore({ path });
      store.settings.set('name', 'value');
    }
    const version = MIGRATIONS.length + 1;
    const sqlite = new Sqlite(path);
    sqlite.pragma(`user_version = ${version}`);
    sqlite.exec('DROP TABLE api_keys');
    sqlite.close();
    const before = readFileSync(path);

    expect(() => openStore({ path })).toThrow(StoreTooNewError);
    expect(() => openStore({ path })).toThrow(
      `database ${path} has schema version ${version}; this software knows up to ${MIGRATIONS.length}`,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['database.sqlite', 'database.sqlite.lock']);
  });

  it('leaves the tables of another program alone', () => {
    const other = new Sqlite(path);
    other.exec("CREATE TABLE app (name TEXT); INSERT INTO app VALUES ('theirs')");
    other.close();
    {
      using store = openStore({ path });
      store.settings.set('name', 'ours');
      expect(store.recovered).toBeNull();
    }
    const reopened = new Sqlite(path);
    expect(reopened.prepare('SELECT name FROM app').pluck().get()).toBe('theirs');
    reopened.close();
  });

  it.each([
    ['a directory', () => mkdirSync(path)],
    ['a file where its directory should be', () => writeFileSync((path = join(directory, 'file')), '')],
  ])('says so when the path is %s', (what, prepare) => {
    prepare();
    const target = what === 'a directory' ? path : join(path, 'database.sqlite');
    expect(() => openStore({ path: target })).toThrow(StoreOpenError);
  });
});

describe('a damaged database', () => {
  const SECTOR = 512;

  beforeEach(() => {
    using store = openStore({ path });
    for (let index = 0; index < 200; index++) store.settings.set(`name-${index}`, 'x'.repeat(1_000));
  });

  const damages: [string, string, () => void][] = [
    ['its header overwritten', 'file is not a database', () => overwrite(0, Buffer.from('not a database, really'))],
    ['zeros instead of it', 'file is not a database', () => overwrite(0, Buffer.alloc(statSync(path).size))],
    ['noise instead of it', 'file is not a database', () => overwrite(0, noise(statSync(path).size))],
    ['half of it gone', 'malformed', () => truncateSync(path, statSync(path).size / 2)],
    ['all but a sector gone', 'malformed', () => truncateSync(path, SECTOR - 1)],
    ['all of it gone', 'the file is empty', () => truncateSync(path, 0)],
    ['a page of noise in the middle', 'Tree', () => overwrite(10 * 4_096, noise(4_096))],
    ['a table gone', 'table settings is missing', () => execute('DROP TABLE settings')],
    ['a column gone', 'column settings.value is missing', () => execute('ALTER TABLE settings RENAME value TO x')],
    ['its version reset', 'already exists', () => execute('PRAGMA user_version = 0')],
    [
      'its file gone and the log left',
      'the database is gone',
      () => {
        renameSync(path, `${path}-wal`);
      },
    ],
  ];

  it.each(damages)('(%s) is set aside, and a fresh one made', (_, reason, damage) => {
    damage();
    const messages: string[] = [];
    {
      using store = openStore({ path, logger: (message) => messages.push(message) });
      expect(store.recovered).toEqual({ setAside: `${path}.damaged-1`, reason: expect.stringContaining(reason) });
      expect(messages).toEqual([expect.stringContaining(`it is kept as ${path}.damaged-1`)]);
      expect(store.settings.get('name-1')).toBeNull();
      store.settings.set('name', 'fresh');
    }
    using store = openStore({ path });
    expect([store.settings.get('name'), store.recovered]).toEqual(['fresh', null]);
  });

  it('is kept as it was found', () => {
    const garbage = Buffer.from('garbage'.repeat(1_000));
    writeFileSync(path, garbage);
    using _ = openStore({ path });
    expect(readFileSync(`${path}.damaged-1`).equals(garbage)).toBe(true);
  });

  it('is left alone while another process deals with it', () => {
    writeFileSync(path, 'garbage'.repeat(1_000));
    const other = new Sqlite(`${path}.lock`);
    other.exec('BEGIN EXCLUSIVE');
    expect(() => openStore({ path })).toThrow(StoreInUseError);
    other.close();
    expect(readFileSync(path, 'utf8')).toBe('garbage'.repeat(1_000));
  });

  it('is kept three times at most, the latest ones', () => {
    for (let round = 1; round <= 5; round++) {
      writeFileSync(path, `garbage ${round}`.repeat(1_000));
      openStore({ path })[Symbol.dispose]();
    }
    const kept = readdirSync(directory).filter((name) => name.includes('damaged'));
    expect(kept.sort()).toEqual([
      'database.sqlite.damaged-3',
      'database.sqlite.damaged-4',
      'database.sqlite.damaged-5',
    ]);
  });

  describe('whose changes are in a log beside it, as earlier versions kept them', () => {
    const copy = (): string => join(directory, 'copy.sqlite');

    /** A copy as a crash leaves it: `name-0` is `first`, then `second`. @returns bytes of the log with the first alone */
    function leaveLog(change: (log: Buffer, intact: number) => void): void {
      const sqlite = new Sqlite(path);
      sqlite.pragma('journal_mode = WAL');
      const set = sqlite.prepare("UPDATE settings SET value = ? WHERE name = 'name-0'");
      set.run('first');
      const intact = statSync(`${path}-wal`).size;
      set.run('second');
      const log = readFileSync(`${path}-wal`);
      change(log, intact);
      writeFileSync(copy(), readFileSync(path));
      writeFileSync(`${copy()}-wal`, log);
      sqlite.close();
    }

    it('takes them in', () => {
      leaveLog(() => undefined);
      {
        using store = openStore({ path: copy() });
        expect([store.settings.get('name-0'), store.recovered]).toEqual(['second', null]);
      }
      expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual([
        'copy.sqlite',
        'copy.sqlite.lock',
      ]);
    });

    it('takes in those before the place where the log is damaged', () => {
      leaveLog((log, intact) => void noise(100).copy(log, intact + 50));
      using store = openStore({ path: copy() });
      expect([store.settings.get('name-0'), store.recovered]).toEqual(['first', null]);
    });

    it('loses those alone when all of the log is damaged', () => {
      leaveLog((log) => void noise(log.length).copy(log));
      using store = openStore({ path: copy() });
      expect([store.settings.get('name-0'), store.recovered]).toEqual(['x'.repeat(1_000), null]);
      store.settings.set('name-0', 'again');
      expect(store.settings.get('name-0')).toBe('again');
    });
  });
});

describe('a large target', () => {
  const VALUES = 100;
  const target = (bytes: number) => {
    const value = (): string => randomBytes(bytes / VALUES / 2).toString('hex');
    const config = Object.fromEntries(Array.from({ length: VALUES }, (_, index) => [`V${index}`, value()]));
    return { name: 'device', config, apps: {} };
  };

  it.each(['another large one', 'a small one'])('leaves no room in the file when %s takes its place', (what) => {
    using store = openStore({ path });
    const empty = statSync(path).size;
    store.targets.save('local', target(4_000_000));
    const full = statSync(path).size - empty;
    const next = target(what === 'a small one' ? 1000 : 4_100_000);
    store.targets.save('local', next);
    const left = statSync(path).size - empty;
    expect(left).toBeLessThan(what === 'a small one' ? full / 10 : full * 1.1);
    expect(store.targets.load('local')).toEqual(next);
  });
});

describe('a database whose file is changed while it is open', () => {
  const changes: [string, () => void][] = [
    ['deleted', () => rmSync(path)],
    ['deleted with its directory', () => rmSync(join(directory, 'data'), { recursive: true })],
    ['cut off', () => truncateSync(path, 100)],
    ['emptied', () => truncateSync(path, 0)],
    ['replaced by another database', () => replaceByEmpty()],
    ['flipped in one bit', () => flip()],
    ['made readable for all users', () => chmodSync(path, 0o644)],
  ];

  beforeEach(() => {
    path = join(directory, 'data', 'database.sqlite');
  });

  /** The data for a process that starts now; the present one is killed. */
  function found(): string | null {
    const copy = join(directory, 'found.sqlite');
    cpSync(path, copy);
    using store = openStore({ path: copy });
    return store.settings.get('name');
  }

  it.each(changes)('(%s) holds everything again after the next change', (_, change) => {
    using store = openStore({ path });
    store.settings.set('name', 'before');
    change();
    store.targets.save('local', { name: 'device', config: {}, apps: {} });
    expect([found(), store.fault]).toEqual(['before', null]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(changes)('(%s) holds everything again after a change that changes nothing', (_, change) => {
    using store = openStore({ path });
    const target = { name: 'device', config: {}, apps: {} };
    store.settings.set('name', 'before');
    store.targets.save('local', target);
    change();
    store.targets.save('local', target);
    expect([found(), store.fault]).toEqual(['before', null]);
  });

  it.each(changes)('(%s) holds everything again after a while, which is logged', (_, change) => {
    const clock = createFakeClock();
    const messages: string[] = [];
    using store = openStore({ path, clock, logger: (message) => messages.push(message) });
    store.settings.set('name', 'before');
    change();
    clock.advance(30_000);
    expect(found()).toBe('before');
    expect(messages).toEqual([expect.stringContaining('is written again from memory')]);
    clock.advance(30_000);
    expect(messages).toHaveLength(1);
  });

  it('is not written by a change that changes nothing', () => {
    using store = openStore({ path });
    const target = { name: 'device', config: {}, apps: {} };
    store.targets.save('cloud', target);
    const { ino } = statSync(path);
    store.targets.save('cloud', target);
    store.settings.set('name', 'value');
    store.settings.set('name', 'value');
    const after = statSync(path).ino;
    store.settings.set('name', 'value');
    expect(statSync(path).ino).toBe(after);
    expect(after).not.toBe(ino);
  });

  function replaceByEmpty(): void {
    const other = new Sqlite(join(directory, 'other'));
    other.exec('CREATE TABLE other (a)');
    other.close();
    renameSync(join(directory, 'other'), path);
  }

  function flip(): void {
    const bytes = readFileSync(path);
    const at = bytes.indexOf('before');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(path, bytes);
  }
});

function overwrite(offset: number, bytes: Buffer): void {
  const content = readFileSync(path);
  bytes.copy(content, offset);
  writeFileSync(path, content);
}

/** The same bytes each time: a failing test fails again. */
function noise(length: number): Buffer {
  let seed = 1;
  return Buffer.from(Array.from({ length }, () => (seed = (seed * 48_271) % 0x7fffffff) & 0xff));
}

function execute(sql: string): void {
  const sqlite = new Sqlite(path);
  sqlite.exec(sql);
  sqlite.close();
}
