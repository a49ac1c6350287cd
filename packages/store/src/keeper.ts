import type Sqlite from 'better-sqlite3';
import type { Clock } from '@device-supervisor/primitives';
import type { DatabaseFile } from './database-file.ts';
import { StoreDamagedError, StoreInUseError, StoreOpenError, StoreWriteError } from './errors.ts';
import { takeExclusiveUse } from './exclusive-use.ts';
import { absorbLog } from './open-database.ts';
import { setAside } from './set-aside.ts';
import type { StoreFault } from './store.ts';
import { translateError } from './translate-error.ts';

export interface KeeperOptions {
  readonly file: DatabaseFile;
  /** The database in memory, which is what counts. */
  readonly sqlite: Sqlite.Database;
  /** `null`: it could not be taken yet. */
  readonly use: Disposable | null;
  /** The file is damaged, and has to be set aside before another takes its place. */
  readonly isDamaged: boolean;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly logger: (message: string) => void;
  /** The damaged file has this path now. */
  readonly onSetAside: (path: string) => void;
  /** Brings other tables of the database in line with ours, before it is written. */
  readonly beforeWrite: () => void;
}

/** Bytes of free pages that the database may have. */
const MOST_FREE = 256 * 1024;
/** Milliseconds between two looks at the file, and between two tries to write it. */
const CHECK_INTERVAL = 30_000;

/**
 * Keeps the file of a database like the database in memory: written after every change, and again when it is found to be
 * gone, cut off, replaced or otherwise changed, or when the disk can be written to again.
 */
export class Keeper implements Disposable {
  readonly #options: KeeperOptions;
  #use: Disposable | null;
  #isDamaged: boolean;
  #fault: StoreFault | null = null;
  #timer: Disposable | null = null;
  /** The write that is about to come for all changes until then. */
  #pending: Promise<void> | null = null;
  #isDisposed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#use = options.use;
    this.#isDamaged = options.isDamaged;
    this.#schedule();
  }

  /** `null`: the file holds everything, as far as was looked. */
  get fault(): StoreFault | null {
    return this.#fault;
  }

  /** Makes the file hold everything. @returns why it does not; `null`: it does */
  keep(): StoreFault | null {
    const before = this.#fault;
    this.#fault = this.#write();
    this.#tell(before);
    return this.#fault;
  }

  /** Like `keep`, with one write for all who call it at the same time. */
  keepTogether(): Promise<void> {
    this.#pending ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#pending = null;
        if (!this.#isDisposed) this.keep();
        resolve();
      });
    });
    return this.#pending;
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#timer?.[Symbol.dispose]();
    this.keep();
    this.#use?.[Symbol.dispose]();
  }

  #write(): StoreFault | null {
    const { file, sqlite, onSetAside, beforeWrite } = this.#options;
    try {
      this.#use ??= takeExclusiveUse(file.path);
      if (this.#isDamaged) onSetAside(setAside(file.path));
      this.#isDamaged = false;
      const damage = absorbLog(file.path);
      if (damage !== null) onSetAside(setAside(file.path));
      beforeWrite();
      dropFreePages(sqlite);
      const copy = sqlite.serialize();
      file.write(copy);
      free(copy);
      return null;
    } catch (error) {
      const fault = isFault(error) ? error : translateError(file.path, error);
      if (fault === null || !isFault(fault)) throw error;
      return fault;
    }
  }

  #schedule(): void {
    this.#timer = this.#options.clock.schedule(CHECK_INTERVAL, () => {
      this.#check();
      this.#schedule();
    });
  }

  #check(): void {
    const { file, logger } = this.#options;
    if (this.#fault === null && !file.isIntact()) {
      logger(`database ${file.path} is gone or was changed by something else; it is written again from memory`);
      this.keep();
    } else if (this.#fault !== null) {
      this.keep();
    }
  }

  #tell(before: StoreFault | null): void {
    const { file, logger } = this.#options;
    if (this.#fault !== null && this.#fault.message !== before?.message) {
      const { message, hint } = this.#fault;
      logger(
        `${message}; changes are kept in memory alone until it can be written${hint === undefined ? '' : `. ${hint}`}`,
      );
    } else if (this.#fault === null && before !== null) {
      logger(`database ${file.path} is written again, with everything that waited for it`);
    }
  }
}

/**
 * SQLite keeps the pages of a large target that another has replaced for later, and each write of the whole file would write
 * them too.
 */
function dropFreePages(sqlite: Sqlite.Database): void {
  const read = (pragma: string): number => Number(sqlite.pragma(pragma, { simple: true }));
  if (read('freelist_count') * read('page_size') <= MOST_FREE) return;
  // SQLite writes a large copy into a temporary file otherwise, and that disk may be full.
  sqlite.pragma('temp_store = MEMORY');
  sqlite.exec('VACUUM');
}

/** Gives the memory of a copy back at once: the runtime would keep several of them until it collects garbage. */
function free({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function isFault(error: unknown): error is StoreFault {
  return (
    error instanceof StoreWriteError ||
    error instanceof StoreOpenError ||
    error instanceof StoreInUseError ||
    error instanceof StoreDamagedError
  );
}
