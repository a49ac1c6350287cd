import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@device-supervisor/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openIntroductionMemory } from './introduction-memory.ts';
import { PINNED_RELEASE } from './preload.ts';

let stack: AsyncDisposableStack;
let store: Store;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'introduction-'));
  stack.defer(() => rm(directory, { recursive: true }));
  store = stack.use(openStore({ path: join(directory, 'database.sqlite') }));
});
afterEach(() => stack.disposeAsync());

it('is pending for a device that is not registered, and for one with a new database', () => {
  expect(openIntroductionMemory(store, { isRegistered: false }).load()).toBe('new');
  const known = openIntroductionMemory(store, { isRegistered: true });
  expect(known.load()).toBe('new');
  known.save(null);
  expect(openIntroductionMemory(store, { isRegistered: true }).load()).toBe('known');
});

it('is not pending for a registered device that has a target, once it is done', () => {
  store.targets.save('cloud', { config: {}, apps: {} });
  expect(openIntroductionMemory(store, { isRegistered: true }).load()).toBeNull();
});

it('keeps its reason over restarts, and forgets with it the release to pin', () => {
  store.settings.set('introduction', 'pending');
  const memory = openIntroductionMemory(store, { isRegistered: true });
  expect(memory.load()).toBe('new');
  memory.save('taken over');
  expect(openIntroductionMemory(store, { isRegistered: true }).load()).toBe('taken over');
  store.settings.set(PINNED_RELEASE, '7');
  memory.save(null);
  expect(store.settings.get(PINNED_RELEASE)).toBeNull();
});
