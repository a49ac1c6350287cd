import type { LockFileSystem } from './file-system.ts';
import type { MarkerOwner } from './marker.ts';

/** The context of operations on the locks of one directory. */
export interface LockContext {
  readonly directory: string;
  readonly fileSystem: LockFileSystem;
  readonly owner: MarkerOwner;
  /** Milliseconds. */
  readonly verifyInterval: number;
  readonly logger: (message: string) => void;
}
