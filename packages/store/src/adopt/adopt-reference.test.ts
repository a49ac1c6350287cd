import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../index.ts';
import { OLDER_STAGES } from './fixtures/older-stages.ts';
import { REFERENCE_TABLES } from './reference-database.ts';

let directory: string;
let path: string;
let messages: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'adopt-'));
  path = join(directory, 'database.sqlite');
  messages = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The database of a reference supervisor. */
function install(name: 'managed' | 'local'): void {
  execute(readFileSync(join(import.meta.dirname, `fixtures/${name}.sql`), 'utf8'));
}

function execute(sql: string): void {
  const sqlite = new Sqlite(path);
  sqlite.exec(sql);
  sqlite.close();
}

function open(): Store {
  return openStore({ path, logger: (message) => messages.push(message) });
}

/** The data for a supervisor that knows the reference's tables alone. */
function referenceRows(): Record<string, unknown[]> {
  const sqlite = new Sqlite(path, { readonly: true });
  const tables = sqlite.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
  const rows = [...REFERENCE_TABLES, 'knex_migrations']
    .filter((table) => tables.includes(table))
    .map((table) => [table, sqlite.prepare(`SELECT * FROM "${table}"`).all()] as const);
  sqlite.close();
  return Object.fromEntries(rows);
}

describe('the database of a managed device', () => {
  beforeEach(() => install('managed'));

  it('gives its target, with names, stopped services and configuration', () => {
    using store = open();
    const target = store.targets.load('cloud');
    expect(target).toMatchObject({
      name: 'peer-device',
      config: { SUPERVISOR_DELTA: '0', SUPERVISOR_POLL_INTERVAL: '900000', SUPERVISOR_LOG_CONTROL: 'false' },
    });
    expect(Object.keys(target?.apps ?? {}).toSorted()).toEqual([
      'c1d2e3f4c1d2e3f4c1d2e3f4c1d2e3f4',
      'd0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0',
    ]);
    expect(target?.apps['c1d2e3f4c1d2e3f4c1d2e3f4c1d2e3f4']).toMatchObject({
      id: 2001,
      name: 'cloudapp',
      class: 'fleet',
      isHost: false,
      release: {
        id: 501,
        commit: 'aaaa1111aaaa1111aaaa1111aaaa1111',
        volumes: { data: {} },
        services: {
          main: { id: 21, imageId: 211, running: true, environment: { A: '1' }, composition: { restart: 'always' } },
          aux: { id: 22, composition: { depends_on: ['main'] } },
        },
      },
    });
    expect(store.targets.load('local')).toBeNull();
  });

  it('gives every key to those who have it', () => {
    using store = open();
    expect(store.apiKeys.global()).toBe('844cc9bff98a44f18b26ea7f7bf8d59f');
    expect(store.apiKeys.forService(2001, 'main')).toBe('269be3cf4955481eac21a20f5637d79c');
    expect(store.apiKeys.find('5a1364dc42ca4d3fb94678186b1e5e6d')).toEqual({
      kind: 'app',
      appId: 2002,
      serviceName: 'other',
    });
  });

  it('adopts the image records', () => {
    using store = open();
    expect(store.images.list()).toHaveLength(3);
    expect(store.images.list()[0]).toMatchObject({ appId: 2001, serviceName: 'aux', imageId: 212, releaseId: 501 });
  });

  it('says what it took over, once', () => {
    open()[Symbol.dispose]();
    expect(messages).toEqual([
      `database ${path} was taken over from another supervisor: 2 apps, 4 API keys, 3 image records`,
    ]);
    open()[Symbol.dispose]();
    expect(messages).toHaveLength(1);
  });

  it('keeps every row of it as it was', () => {
    const before = referenceRows();
    open()[Symbol.dispose]();
    open()[Symbol.dispose]();
    expect(referenceRows()).toEqual(before);
  });

  it('gets what changed back, so that the reference goes on there', async () => {
    const before = referenceRows();
    {
      using store = open();
      const added = store.apiKeys.forService(2001, 'new');
      const rotated = store.apiKeys.regenerate('269be3cf4955481eac21a20f5637d79c');
      const target = store.targets.load('cloud');
      const app = target?.apps['c1d2e3f4c1d2e3f4c1d2e3f4c1d2e3f4'];
      if (target === null || app === undefined) throw new Error('there is no target');
      store.targets.save('cloud', {
        ...target,
        apps: { [app.uuid]: { ...app, release: app.release && { ...app.release, id: 777, commit: 'next' } } },
      });
      await store.images.forget(
        '127.0.0.1:5001/img3@sha256:75b7c1a5b3e4c928d4b7beaf63a0f810e8bddedc019993bb597d64ee304cf745',
        2002,
      );
      expect([added, rotated]).not.toContain(null);
    }
    const after = referenceRows();
    expect(after['apiSecret']).toHaveLength(5);
    expect(after['apiSecret']).toContainEqual(
      expect.objectContaining({ appId: 2001, serviceName: 'new', scopes: '[{"type":"app","appId":2001}]' }),
    );
    expect(after['app']).toMatchObject([
      { appId: 2001, releaseId: 777, commit: 'next', source: 'https://127.0.0.1:48500' },
    ]);
    expect(after['image']).toHaveLength(2);
    for (const table of ['config', 'deviceConfig', 'engineSnapshot', 'currentCommit', 'knex_migrations'])
      expect([table, after[table]]).toEqual([table, before[table]]);
    // Nothing of it is news to us.
    open()[Symbol.dispose]();
    expect(messages).toHaveLength(1);
  });

  it('is taken over again when the reference has run in between', () => {
    open()[Symbol.dispose]();
    execute(`UPDATE apiSecret SET key = '${'e'.repeat(32)}' WHERE serviceName = 'main'`);
    execute(`UPDATE app SET "commit" = 'newer' WHERE appId = 2001`);
    using store = open();
    expect(store.apiKeys.forService(2001, 'main')).toBe('e'.repeat(32));
    expect(store.targets.load('cloud')?.apps['c1d2e3f4c1d2e3f4c1d2e3f4c1d2e3f4']?.release?.commit).toBe('newer');
    expect(messages).toHaveLength(2);
  });

  it('has services that a person stopped', () => {
    execute(`UPDATE app SET services = replace(services, '"running":true', '"running":false') WHERE appId = 2002`);
    using store = open();
    expect(store.targets.load('cloud')?.apps['d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0']?.release?.services).toMatchObject({
      other: { running: false },
    });
  });

  it('has the release that the device is pinned to', () => {
    execute(`INSERT INTO config VALUES ('pinDevice', '{"app":2001,"commit":"aaaa1111aaaa1111aaaa1111aaaa1111"}')`);
    using store = open();
    expect(store.settings.get('preloaded-release-to-pin')).toBe('501');
  });

  it('is taken over without an app that cannot be read, and says which', () => {
    execute(`UPDATE app SET services = '[{"serviceName":"other"}]' WHERE appId = 2002`);
    using store = open();
    expect(Object.keys(store.targets.load('cloud')?.apps ?? {})).toEqual(['c1d2e3f4c1d2e3f4c1d2e3f4c1d2e3f4']);
    expect(messages.join('\n')).toMatch(/could not be taken over: app secondapp: release\.services/);
  });
});

describe('the database of a device in local mode', () => {
  beforeEach(() => install('local'));

  it('gives the local target, its keys and what was there before local mode', () => {
    using store = open();
    const target = store.targets.load('local');
    expect(target?.apps['1011']).toMatchObject({ id: 1011, uuid: '1011', name: 'fleetapp', release: { id: 77 } });
    expect(Object.keys(target?.apps['1011']?.release?.services ?? {})).toContain('main');
    expect(store.targets.load('cloud')).toBeNull();
    expect(store.apiKeys.forService(1011, 'main')).toBe('158ae1cfe35343e29f5c990b3fdf5927');
    expect(store.localMode.load()).toContain('sha256:d28b13978c3a7d4a6b4de4ec548eb988db511483706d939dc67d496892a62597');
  });
});

describe('the database of an older version', () => {
  it.each(Object.entries(OLDER_STAGES))(
    'at %s gives its target, keys and images',
    (_, { sql, globalKey, serviceKey }) => {
      execute(sql);
      const before = referenceRows();
      {
        using store = open();
        expect(store.targets.load('cloud')).toMatchObject({
          name: 'old-device',
          config: { SUPERVISOR_POLL_INTERVAL: '60000' },
          apps: {
            '2001': {
              id: 2001,
              name: 'old',
              release: { id: 501, commit: 'abc', services: { main: { imageId: 211 } } },
            },
          },
        });
        expect(store.images.list()).toMatchObject([{ reference: 'img:1', appUuid: '2001', commit: 'abc' }]);
        expect(store.apiKeys.global()).toBe(globalKey ?? store.apiKeys.global());
        const ownKey = store.apiKeys.forService(2001, 'main');
        expect(ownKey).toBe(serviceKey ?? ownKey);
      }
      // It migrates its tables itself when it comes back.
      expect(referenceRows()).toEqual(before);
    },
  );
});

it('leaves a database alone that no other supervisor has used', () => {
  open()[Symbol.dispose]();
  open()[Symbol.dispose]();
  expect(messages).toEqual([]);
});
