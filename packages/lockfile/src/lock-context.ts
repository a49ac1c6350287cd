import type { LockFileSystem } from './file-system.ts';
import type { MarkerOwner } from './marker.ts';

/** What every operation on the locks of one directory shares. */
export interface LockContext {
  readonly directory: string;
  readonly fileSystem: LockFileSystem;
  readonly owner: MarkerOwner;
  /** Milliseconds. */
  readonly verifyInterval: number;
  readonly logger: (message: string) => void;
}
