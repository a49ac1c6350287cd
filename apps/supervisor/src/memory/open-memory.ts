import { join } from 'node:path';
import { openStore, type Store } from '@device-supervisor/store';
import type { SupervisorConfig } from '../config.ts';
import type { OpenedIdentity } from '../identity/open-identity.ts';
import type { Logger } from '../log/create-logger.ts';
import { createStoreNews, type StoreNews } from '../logs/store-news.ts';
import { openIntroductionMemory, type IntroductionMemory } from '../managed/introduction-memory.ts';
import { loadPreload } from '../managed/preload.ts';

export interface OpenMemoryOptions {
  readonly config: Pick<SupervisorConfig, 'databasePath' | 'dataMount'>;
  readonly opened: Pick<OpenedIdentity, 'settings' | 'mode'>;
  readonly log: Logger;
}

export interface OpenedMemory extends Disposable {
  readonly store: Store;
  readonly storeNews: StoreNews;
  readonly introductionMemory: IntroductionMemory;
}

/** The database, with the target of a preloaded device. */
export async function openMemory({ config, opened, log }: OpenMemoryOptions): Promise<OpenedMemory> {
  const { settings, mode } = opened;
  using stack = new DisposableStack();
  const storeNews = createStoreNews((message) => log.component('store').info(message));
  const store = stack.use(openStore({ path: config.databasePath, logger: storeNews.tell }));
  // Before the preload, which saves the first target.
  const introductionMemory = openIntroductionMemory(store, { isRegistered: (settings.registered_at ?? 0) > 0 });
  await loadPreload({
    path: join(config.dataMount, 'apps.json'),
    store,
    managed: mode.kind === 'managed',
    print: (message) => log.component('preload').info(message),
  });
  const owned = stack.move();
  return { store, storeNews, introductionMemory, [Symbol.dispose]: () => owned.dispose() };
}
