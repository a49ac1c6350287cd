import { freeSpace } from './free-space.ts';
import type { LockContext } from './lock-context.ts';
import { prepareAppDirectory } from './lock-directory.ts';
import { stageMarker, type Marker } from './marker.ts';

/** The directory of an app and one marker, to which each lock of a lease is a link. */
export interface LeaseFiles {
  /** Makes the directory and the marker when it is first called, and again after a failure. @throws LockDirectoryError */
  marker(): Promise<Marker>;
  /** Frees space when it is first called. @returns how many directories were emptied */
  freeSpace(): Promise<number>;
  /** Removes the staged name of the marker; the locks stay. */
  unstage(): void;
  /** To be called when none of the locks is there any more. */
  close(): Promise<void>;
}

export function createLeaseFiles(context: LockContext, appId: number): LeaseFiles {
  let made: Promise<Marker> | null = null;
  let marker: Marker | null = null;
  let freed: Promise<number> | null = null;

  async function make(): Promise<Marker> {
    try {
      await prepareAppDirectory(context.fileSystem, context.directory, appId);
      marker = await stageMarker(context.fileSystem, context.directory, context.owner);
      return marker;
    } catch (error) {
      made = null;
      throw error;
    }
  }

  return {
    marker: () => (made ??= make()),
    freeSpace: () => (freed ??= freeSpace(context)),
    unstage: () => marker?.unstage(),
    async close() {
      await marker?.close();
    },
  };
}
