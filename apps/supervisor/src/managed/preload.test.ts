import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@device-supervisor/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPreload, PINNED_RELEASE } from './preload.ts';

const APPS = {
  config: {},
  pinDevice: true,
  apps: {
    u1: {
      id: 1,
      name: 'app',
      class: 'fleet',
      releases: {
        c1: {
          id: 5,
          services: { web: { id: 2, image_id: 3, image: 'web:1', environment: { KEY: 'hunter2' }, labels: {} } },
        },
      },
    },
  },
};

const HOST = { id: 9, name: 'os', class: 'fleet', releases: { h1: { id: 6, services: {} } } };
/** An app of the older form. */
const V2 = {
  name: 'app',
  commit: 'c1',
  services: { '2': { imageId: 3, serviceName: 'web', image: 'web:1', environment: {}, labels: {} } },
};

let directory: string;
let path: string;
let store: Store;
let said: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'preload-'));
  path = join(directory, 'apps.json');
  store = openStore({ path: join(directory, 'database.sqlite') });
  said = [];
});

afterEach(async () => {
  store[Symbol.dispose]();
  await rm(directory, { recursive: true });
});

async function load(): Promise<void> {
  await loadPreload({ path, store, managed: true, print: (message) => void said.push(message) });
}

describe('apps.json', () => {
  it('becomes the first target, once', async () => {
    await writeFile(path, JSON.stringify(APPS));
    await load();
    expect(Object.keys(store.targets.load('cloud')?.apps ?? {})).toEqual(['u1']);
    expect(store.settings.get(PINNED_RELEASE)).toBe('5');
    expect(await readFile(path, 'utf8')).toBe('{}');
    expect(JSON.parse(await readFile(`${path}.preloaded`, 'utf8'))).toEqual(APPS);
    await writeFile(path, JSON.stringify({ ...APPS, apps: {} }));
    await load();
    expect(Object.keys(store.targets.load('cloud')?.apps ?? {})).toEqual(['u1']);
  });

  it.each<[string, unknown, { readonly apps: readonly string[]; readonly pinned: string | null }]>([
    ['v3', APPS, { apps: ['u1'], pinned: '5' }],
    ['v3 without a pin', { ...APPS, pinDevice: false }, { apps: ['u1'], pinned: null }],
    [
      'v3 with an app of the host',
      { ...APPS, apps: { host: { ...HOST, is_host: true }, ...APPS.apps } },
      { apps: ['host', 'u1'], pinned: '5' },
    ],
    ['v2', { pinDevice: true, apps: { '7': { ...V2, releaseId: 8 } } }, { apps: ['7'], pinned: '8' }],
    ['v2 without the id of its release', { pinDevice: true, apps: { '7': V2 } }, { apps: ['7'], pinned: null }],
    ['the oldest', [{ appId: 7, commit: 'c1', imageId: 'web:1' }], { apps: ['7'], pinned: null }],
  ])('is understood in the form %s', async (_, document, { apps, pinned }) => {
    await writeFile(path, JSON.stringify(document));
    await load();
    expect(said).toEqual([`The apps of ${path} are the first target`]);
    expect(Object.keys(store.targets.load('cloud')?.apps ?? {})).toEqual(apps);
    expect(store.settings.get(PINNED_RELEASE)).toBe(pinned);
  });

  it('may be missing', async () => {
    await load();
    expect(said).toEqual([]);
    expect(store.targets.load('cloud')).toBe(null);
  });

  it('that is damaged is reported without its content, and not touched', async () => {
    const damaged = JSON.stringify(APPS).slice(0, -20);
    await writeFile(path, damaged);
    await load();
    expect(said).toHaveLength(1);
    expect(said.join()).not.toMatch(/hunter2|web:1/);
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });
});
