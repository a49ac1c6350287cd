import { basename } from 'node:path';
import { watch as openWatcher } from 'chokidar';

export interface WatchFilesOptions {
  /** Absolute paths of folders and files. */
  readonly roots: readonly string[];
  /** Whether a folder, and everything in it, is of no interest. */
  ignoresFolder(path: string): boolean;
  /** Milliseconds since 1970; a file that was changed later counts as changed at the beginning. */
  readonly since: number;
  /** @param path absolute path of a changed, new or removed file or folder */
  onChange(path: string): void;
  /** The watch goes on, and may have missed a change. */
  onError(error: Error): void;
}

/** Temporary files of editors, and the data of version control. */
const TEMPORARY =
  /^(\.git|\.hg|\.svn|4913|.*~|\.#.*|#.*#|.*\.sw[a-z]|.*___jb_(tmp|old)___|\.goutputstream-.*|\.DS_Store)$/;

/**
 * Reports changed files until it is disposed of. Nothing that changes after this resolves is missed; folders that appear,
 * vanish or move are reported with all their files.
 */
export async function watchFiles({
  roots,
  ignoresFolder,
  since,
  onChange,
  onError,
}: WatchFilesOptions): Promise<AsyncDisposable> {
  const watcher = openWatcher([...roots], {
    alwaysStat: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    ignored: (path, stats) =>
      isTemporary(path) || (stats?.isDirectory() === true && !roots.includes(path) && ignoresFolder(path)),
  });
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  let isReady = false;
  watcher
    .on('all', (event, path, stats) => {
      if (isReady || (event !== 'addDir' && stats !== undefined && stats.mtimeMs > since)) onChange(path);
    })
    .on('error', (error) => onError(error instanceof Error ? error : new Error(String(error))))
    .once('ready', () => {
      isReady = true;
      resolve();
    });
  await ready;
  return { [Symbol.asyncDispose]: () => watcher.close() };
}

/** Whether a file is one that editors and version control keep for themselves. */
export function isTemporary(path: string): boolean {
  return TEMPORARY.test(basename(path));
}
