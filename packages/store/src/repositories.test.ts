import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageRecord } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from './index.ts';

let directory: string;
let path: string;
let store: Store;
let messages: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(directory, 'database.sqlite');
  messages = [];
  store = openStore({ path, logger: (message) => messages.push(message) });
});
afterEach(() => {
  store[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe('targets', () => {
  it('keeps one target for each source, across a restart', () => {
    store.targets.save('cloud', target('first'));
    store.targets.save('cloud', target('second'));
    store.targets.save('local', target('mine'));
    reopen();
    expect(store.targets.load('cloud')).toEqual(target('second'));
    expect(store.targets.load('local')).toEqual(target('mine'));
    store.targets.clear('cloud');
    expect([store.targets.load('cloud'), store.targets.load('local')]).toEqual([null, target('mine')]);
  });

  it('has none at first', () => {
    expect(store.targets.load('cloud')).toBeNull();
    expect(messages).toEqual([]);
  });

  it('writes nothing when the target is the one it has', () => {
    store.targets.save('cloud', target('first'));
    const { ino } = statSync(path);
    store.targets.save('cloud', target('first'));
    expect(statSync(path).ino).toBe(ino);
    store.targets.save('cloud', target('second'));
    expect(statSync(path).ino).not.toBe(ino);
  });

  it.each([
    ['{"config":{"KEY":"s3cret"},"apps":', 'not a target state'],
    ['null', 'not a target state'],
    ['{"config":{"KEY":["s3cret"]},"apps":{}}', 'config.KEY: Invalid input: expected string, received array'],
  ])('keeps a document that is none aside: %s', (document, reason) => {
    tamper("INSERT INTO target_states VALUES ('cloud', ?)", document);
    expect(store.targets.load('cloud')).toBeNull();
    expect(messages).toEqual([`the stored cloud target state cannot be read, and is kept aside: ${reason}`]);
    expect(store.targets.load('cloud')).toBeNull();
    expect(messages).toHaveLength(1);
    expect(peek('SELECT * FROM rejected_target_states')).toEqual([{ source: 'cloud', document, reason }]);
  });

  it('keeps the last of several that are none', () => {
    for (const document of ['1', '2']) {
      tamper("INSERT INTO target_states VALUES ('local', ?)", document);
      expect(store.targets.load('local')).toBeNull();
    }
    expect(peek('SELECT document FROM rejected_target_states')).toEqual([{ document: '2' }]);
  });
});

describe('images', () => {
  it('keeps one record for each image, app and service', async () => {
    await store.images.save(record({ commit: 'old' }));
    await store.images.save(record({ commit: 'new', releaseId: 9 }));
    await store.images.save(record({ serviceName: 'other' }));
    await store.images.save(record({ appId: 2 }));
    await store.images.save(record({ reference: 'registry.local/b' }));
    reopen();
    expect(store.images.list()).toEqual([
      record({ commit: 'new', releaseId: 9 }),
      record({ reference: 'registry.local/b' }),
      record({ serviceName: 'other' }),
      record({ appId: 2 }),
    ]);
  });

  it('forgets the records of all services of one app for one image', async () => {
    await store.images.save(record({}));
    await store.images.save(record({ serviceName: 'other' }));
    await store.images.save(record({ appId: 2 }));
    await store.images.save(record({ reference: 'registry.local/b' }));
    await store.images.forget('registry.local/a', 1);
    expect(store.images.list()).toEqual([record({ reference: 'registry.local/b' }), record({ appId: 2 })]);
  });

  it('rejects, and does not throw, when it cannot write', async () => {
    store[Symbol.dispose]();
    await expect(store.images.save(record({}))).rejects.toThrow('not open');
    await expect(store.images.forget('registry.local/a', 1)).rejects.toThrow('not open');
  });
});

describe('apiKeys', () => {
  it('makes one key of 64 hexadecimal digits for each scope', () => {
    const keys = [
      store.apiKeys.global(),
      store.apiKeys.forService(1, 'main'),
      store.apiKeys.forService(1, 'other'),
      store.apiKeys.forService(2, 'main'),
      store.apiKeys.forService(0, 'main'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
    reopen();
    expect(store.apiKeys.global()).toBe(keys[0]);
    expect(store.apiKeys.forService(1, 'other')).toBe(keys[2]);
  });

  it('knows the scope of a key', () => {
    const global = store.apiKeys.global();
    const main = store.apiKeys.forService(0, 'main');
    expect(store.apiKeys.find(global)).toEqual({ kind: 'global' });
    expect(store.apiKeys.find(main)).toEqual({ kind: 'app', appId: 0, serviceName: 'main' });
  });

  it.each(['', 'x', '0'.repeat(64), 'é'.repeat(32), '0'.repeat(100_000)])(
    'does not know a text that is not one (%#)',
    (key) => {
      store.apiKeys.global();
      expect(store.apiKeys.find(key)).toBeNull();
      expect(store.apiKeys.regenerate(key)).toBeNull();
    },
  );

  it('knows a key only as it was written', () => {
    const key = store.apiKeys.global();
    expect(store.apiKeys.find(key.toUpperCase())).toBeNull();
    expect(store.apiKeys.find(key.slice(1))).toBeNull();
    expect(store.apiKeys.find(`${key} `)).toBeNull();
  });

  it('makes the old key void at once when a new one takes its scope', () => {
    const other = store.apiKeys.global();
    const old = store.apiKeys.forService(1, 'main');
    const key = store.apiKeys.regenerate(old);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(key).not.toBe(old);
    expect(store.apiKeys.find(old)).toBeNull();
    expect(store.apiKeys.find(key ?? '')).toEqual({ kind: 'app', appId: 1, serviceName: 'main' });
    expect(store.apiKeys.forService(1, 'main')).toBe(key);
    expect(store.apiKeys.global()).toBe(other);
  });

  it('keeps the key that a container has, when the database has none', () => {
    const [mine, other] = ['a'.repeat(64), 'b'.repeat(32)];
    expect(store.apiKeys.forService(1, 'main', mine)).toBe(mine);
    expect(store.apiKeys.forService(1, 'main', other)).toBe(mine);
    expect(store.apiKeys.forService(1, 'other', other)).toBe(other);
    expect(store.apiKeys.find(other)).toEqual({ kind: 'app', appId: 1, serviceName: 'other' });
    // The key of another service, or chosen by a person.
    expect(store.apiKeys.forService(3, 'main', mine)).not.toBe(mine);
    expect(store.apiKeys.forService(4, 'main', 'secret')).not.toBe('secret');
  });

  it('revokes the keys of services that are gone, and never the global one', () => {
    const global = store.apiKeys.global();
    const [gone, kept] = [store.apiKeys.forService(1, 'gone'), store.apiKeys.forService(1, 'main')];
    store.apiKeys.keepOnly([{ appId: 1, service: 'main' }]);
    expect(store.apiKeys.find(gone)).toBeNull();
    expect(store.apiKeys.find(global)).toEqual({ kind: 'global' });
    expect(store.apiKeys.find(kept)).toEqual({ kind: 'app', appId: 1, serviceName: 'main' });
    expect(store.apiKeys.forService(1, 'gone')).not.toBe(gone);
  });
});

describe('what was there before local mode', () => {
  it('is kept until it is cleared; an engine without images is something, too', () => {
    expect(store.localMode.load()).toBe(null);
    store.localMode.save([]);
    expect(store.localMode.load()).toEqual([]);
    store.localMode.save(['sha256:a', 'sha256:b']);
    reopen();
    expect(store.localMode.load()).toEqual(['sha256:a', 'sha256:b']);
    store.localMode.clear();
    expect(store.localMode.load()).toBe(null);
  });
});

describe('settings', () => {
  it('sets, changes and deletes values', () => {
    expect(store.settings.get('uuid')).toBeNull();
    store.settings.set('uuid', 'a');
    store.settings.set('uuid', 'b');
    store.settings.set('empty', '');
    reopen();
    expect([store.settings.get('uuid'), store.settings.get('empty')]).toEqual(['b', '']);
    store.settings.delete('uuid');
    store.settings.delete('never set');
    expect(store.settings.get('uuid')).toBeNull();
  });
});

function reopen(): void {
  store[Symbol.dispose]();
  store = openStore({ path, logger: (message) => messages.push(message) });
}

/** Changes the database behind the store's back. */
function tamper(sql: string, ...values: string[]): void {
  store[Symbol.dispose]();
  const sqlite = new Sqlite(path);
  sqlite.prepare(sql).run(...values);
  sqlite.close();
  reopen();
}

function peek(sql: string): unknown[] {
  store[Symbol.dispose]();
  const sqlite = new Sqlite(path);
  const rows = sqlite.prepare(sql).all();
  sqlite.close();
  reopen();
  return rows;
}

function target(name: string): TargetState {
  return {
    name,
    config: { SUPERVISOR_LOCAL_MODE: '1' },
    apps: {
      abc: {
        id: 1,
        uuid: 'abc',
        name: 'app',
        class: 'fleet',
        isHost: false,
        release: {
          id: 2,
          commit: 'c0ffee',
          services: {
            main: {
              id: 3,
              name: 'main',
              imageId: 4,
              image: 'registry.local/a',
              environment: { KEY: 'värde 🦊' },
              labels: {},
              running: true,
              composition: {},
            },
          },
          networks: {},
          volumes: {},
        },
      },
    },
  };
}

function record(changes: Partial<ImageRecord>): ImageRecord {
  return {
    reference: 'registry.local/a',
    appId: 1,
    appUuid: 'abc',
    serviceId: 3,
    serviceName: 'main',
    imageId: 4,
    releaseId: 2,
    commit: 'c0ffee',
    ...changes,
  };
}
