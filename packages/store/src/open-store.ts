import type { Clock } from '@device-supervisor/primitives';
import { systemClock } from '@device-supervisor/primitives/system-clock';
import { adoptReference, type Adoption } from './adopt/adopt-reference.ts';
import { mirrorToReference } from './adopt/mirror-to-reference.ts';
import { createApiKeyRepository } from './api-key-repository.ts';
import { DatabaseFile } from './database-file.ts';
import { StoreWriteError } from './errors.ts';
import { takeExclusiveUse } from './exclusive-use.ts';
import { createImageRepository } from './image-repository.ts';
import { Keeper } from './keeper.ts';
import { createBootRepository } from './boot-repository.ts';
import { createLocalModeRepository } from './local-mode-repository.ts';
import { absorbLog, assertUnused, openCopy, openDatabase, openEmpty, type OpenedDatabase } from './open-database.ts';
import { createQuery } from './query.ts';
import { createSettingRepository } from './setting-repository.ts';
import type { Store } from './store.ts';
import { createTargetRepository } from './target-repository.ts';
import { translateError } from './translate-error.ts';

export interface StoreOptions {
  /** Of the database file; it and its directory are made when they are not there. */
  readonly path: string;
  /** Told what a person should know: what was lost, and what could not be read or written. */
  readonly logger?: (message: string) => void;
  readonly clock?: Pick<Clock, 'schedule'>;
}

/**
 * Opens the store, or makes it. It is ours alone until it is disposed of or the process ends. A disk that is full, out of
 * inodes, failing or read-only does not keep it from opening: it then has what can be read.
 *
 * @throws StoreInUseError, StoreTooNewError, StoreOpenError when the path is no place for a file
 * @example
 * ```ts
 * using store = openStore({ path: '/data/database.sqlite', logger: console.error });
 * const target = store.targets.load('cloud');
 * ```
 */
export function openStore({ path, logger = () => undefined, clock = systemClock }: StoreOptions): Store {
  const file = new DatabaseFile(path);
  const use = unlessDiskFails(path, null, () => takeExclusiveUse(path));
  try {
    const { sqlite, fault } = open(file, logger);
    const attempt = (what: string, work: () => void): void => {
      try {
        work();
      } catch (error) {
        // The device works without; the rows are still there.
        logger(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    attempt(`Taking database ${path} over from another supervisor`, () => {
      const adoption = adoptReference(sqlite);
      if (adoption !== null) logger(describeAdoption(path, adoption));
    });
    let recovered = fault === null ? null : { setAside: path, reason: fault };
    const keeper = new Keeper({
      file,
      sqlite,
      use,
      isDamaged: fault !== null,
      clock,
      logger,
      beforeWrite: () => attempt('Writing changes back for another supervisor', () => mirrorToReference(sqlite)),
      onSetAside(setAside) {
        const reason = recovered?.reason ?? 'its log cannot be read';
        recovered = { setAside, reason };
        logger(`database ${path} was damaged (${reason}); it is kept as ${setAside}`);
      },
    });
    file.discardLeftover();
    keeper.keep();
    const query = createQuery(sqlite, { path, keeper });
    const settings = createSettingRepository(query);
    return {
      targets: createTargetRepository(query, logger),
      images: createImageRepository(query),
      apiKeys: createApiKeyRepository(query),
      settings,
      localMode: createLocalModeRepository(settings),
      boots: createBootRepository(settings),
      get recovered() {
        return recovered;
      },
      get fault() {
        return keeper.fault;
      },
      [Symbol.dispose]() {
        keeper[Symbol.dispose]();
        sqlite.close();
      },
    };
  } catch (error) {
    use?.[Symbol.dispose]();
    throw translateError(path, error) ?? error;
  }
}

function describeAdoption(path: string, { apps, keys, images, skipped }: Adoption): string {
  const what = `${apps} apps, ${keys} API keys, ${images} image records`;
  const rest = skipped.length === 0 ? '' : `. These could not be taken over: ${skipped.join('; ')}`;
  return `database ${path} was taken over from another supervisor: ${what}${rest}`;
}

function open(file: DatabaseFile, logger: (message: string) => void): OpenedDatabase {
  const { path } = file;
  try {
    assertUnused(path);
    const log = unlessDiskFails(path, 'kept' as const, () => absorbLog(path));
    if (log === 'kept') return openCopy(path);
    const opened = openDatabase(file);
    return log === null ? opened : { ...opened, fault: log };
  } catch (error) {
    const fault = translateError(path, error);
    if (!(fault instanceof StoreWriteError)) throw error;
    logger(`${fault.message}: what it holds cannot be read`);
    return { sqlite: openEmpty(path), fault: fault.message };
  }
}

/** The result of a call, or `otherwise` when the disk is full, read-only or failing. */
function unlessDiskFails<T, Otherwise>(path: string, otherwise: Otherwise, call: () => T): T | Otherwise {
  try {
    return call();
  } catch (error) {
    const fault = error instanceof StoreWriteError ? error : translateError(path, error);
    if (!(fault instanceof StoreWriteError)) throw fault ?? error;
    return otherwise;
  }
}
