import { createApiKeyRepository, type ApiKeyRepository } from './api-key-repository.ts';
import { takeExclusiveUse } from './exclusive-use.ts';
import { createImageRepository, type ImageRepository } from './image-repository.ts';
import { createLocalModeRepository, type LocalModeRepository } from './local-mode-repository.ts';
import { openDatabase, type Recovery } from './open-database.ts';
import { createQuery } from './query.ts';
import { createSettingRepository, type SettingRepository } from './setting-repository.ts';
import { createTargetRepository, type TargetRepository } from './target-repository.ts';

export interface StoreOptions {
  /** Of the database file; it and its directory are made when they are not there. */
  readonly path: string;
  /** Told what a person should know: what was lost, and what could not be read. */
  readonly logger?: (message: string) => void;
}

/** What the device remembers across restarts. Every change is on the disk when its call returns, or was not made. */
export interface Store extends Disposable {
  readonly targets: TargetRepository;
  readonly images: ImageRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly settings: SettingRepository;
  readonly localMode: LocalModeRepository;
  /** The damaged database that was found at start, and replaced by an empty one; `null`: it was whole. */
  readonly recovered: Recovery | null;
}

/**
 * Opens the store, or makes it. It is ours alone until it is disposed of or the process ends.
 *
 * @throws StoreInUseError, StoreTooNewError, StoreOpenError, StoreWriteError, StoreDamagedError
 * @example
 * ```ts
 * using store = openStore({ path: '/data/database.sqlite', logger: console.error });
 * const target = store.targets.load('cloud');
 * ```
 */
export function openStore({ path, logger = () => undefined }: StoreOptions): Store {
  const use = takeExclusiveUse(path);
  try {
    const { sqlite, recovered } = openDatabase(path);
    if (recovered !== null) {
      logger(`database ${path} was damaged (${recovered.reason}); it is kept as ${recovered.setAside}`);
    }
    const query = createQuery(sqlite, path);
    const settings = createSettingRepository(query);
    return {
      targets: createTargetRepository(query, logger),
      images: createImageRepository(query),
      apiKeys: createApiKeyRepository(query),
      settings,
      localMode: createLocalModeRepository(settings),
      recovered,
      [Symbol.dispose]() {
        sqlite.close();
        use[Symbol.dispose]();
      },
    };
  } catch (error) {
    use[Symbol.dispose]();
    throw error;
  }
}
