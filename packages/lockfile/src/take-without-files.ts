import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseCompromisedError, type LockDirectoryError } from './errors.ts';
import type { LockContext } from './lock-context.ts';
import { LOCK_NAMES, serviceDirectory } from './lock-directory.ts';
import { inspectLock } from './marker.ts';
import { removeTree } from './remove-tree.ts';
import type { HeldService, TakeServiceOptions } from './take-service.ts';

/**
 * Whether a service can be updated though no file says that we hold its locks. On a file system that takes no file the
 * service cannot take its lock either, and `force` overrides what it holds.
 */
export function mayGoWithoutFiles({ details }: LockDirectoryError, force: boolean): boolean {
  return force || details.problem === 'no-space' || details.problem === 'read-only';
}

/**
 * Takes the locks of a service without a file, after looking that it holds none. The lease is compromised as soon as the
 * service makes one.
 *
 * @returns `null` when the service holds one
 */
export async function takeWithoutFiles(
  context: LockContext,
  options: TakeServiceOptions & {
    /** Whether what the path leads to is our own directory, so that something in it may be removed. */
    readonly isOurDirectory: boolean;
  },
): Promise<HeldService | null> {
  const { appId, service, force, isOurDirectory } = options;
  const paths = LOCK_NAMES.map((name) => join(serviceDirectory(context.directory, appId, service), name));
  if (force && isOurDirectory) await Promise.allSettled(paths.map((path) => removeTree(path)));
  if (!force) {
    const states = await Promise.all(paths.map((path) => inspectLock(path, context.owner)));
    if (states.some(({ kind }) => kind === 'foreign')) return null;
  }
  // An object that could not be removed, a leftover of ours or one that `force` overrides, is reported once.
  const ignored = new Set(paths.filter(isThere));
  return {
    service,
    assertHeld() {
      const taken = paths.find((path) => !ignored.has(path) && isThere(path));
      if (taken === undefined) return;
      const error = new LeaseCompromisedError(options, taken);
      options.onCompromised(error);
      throw error;
    },
    release: async () => undefined,
  };
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A directory above it is gone, or is no directory.
    return false;
  }
}
