import { onExit } from 'signal-exit';
import { systemCodeOf } from './errors.ts';
import type { LockFileSystem } from './file-system.ts';
import type { Marker } from './marker.ts';

/** One lock file that is ours. */
export interface HeldLock {
  readonly path: string;
  /** Looks whether it is still there. */
  isHeld(): boolean;
  /** Removes it, unless something else took its place. */
  release(): Promise<void>;
}

export interface TakeLockOptions {
  readonly fileSystem: LockFileSystem;
  readonly marker: Marker;
  /** Milliseconds between two looks at whether it is still there. */
  readonly verifyInterval: number;
  /** Called at most once: it is not there any more. */
  readonly onCompromised: (cause: Error) => void;
}

/**
 * Makes the lock at `path`, whole or not at all, however others try at the same moment. It is removed when the process
 * exits, also of a signal that it does not handle.
 *
 * @returns `null` when something is there
 */
export async function takeLock(path: string, options: TakeLockOptions): Promise<HeldLock | null> {
  const { fileSystem, marker } = options;
  try {
    await fileSystem.link(marker.path, path);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return null;
    throw error;
  }
  const stopVerifying = verify(path, options);
  const forgetExit = onExit(() => removeAtExit(marker, path));
  return {
    path,
    isHeld: () => marker.isAt(path),
    release: async () => {
      stopVerifying();
      forgetExit();
      marker.removeFrom(path);
    },
  };
}

/** Looks at an interval whether the lock is still there. @returns ends it */
function verify(path: string, { marker, verifyInterval, onCompromised }: TakeLockOptions): () => void {
  const timer = setInterval(() => {
    if (isHeldOrUnknown(marker, path)) return;
    clearInterval(timer);
    onCompromised(new Error(`${path} was removed or replaced`));
  }, verifyInterval);
  // A lock keeps no program alive.
  timer.unref();
  return () => clearInterval(timer);
}

/** A path that cannot be looked at now is looked at again: it proves nothing. */
function isHeldOrUnknown(marker: Marker, path: string): boolean {
  try {
    return marker.isAt(path);
  } catch {
    return true;
  }
}

/** The process ends in any case; what could not be removed is a left-over that the next run recognises. */
function removeAtExit(marker: Marker, path: string): void {
  try {
    marker.removeFrom(path);
  } catch {
    // Throwing would hide the reason of the exit, and keep other locks from being removed.
  }
}
