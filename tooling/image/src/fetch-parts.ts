import { ensureDebianPackages } from '@device-supervisor/testbed';
import { assembleRootfs } from './assemble-rootfs.ts';
import { cacheOf } from './build-image.ts';
import { ensureEmulator } from './emulator.ts';
import { NAMES, type Architecture } from './image-definition.ts';

export interface FetchPartsOptions {
  /** Of the repository. */
  readonly root: string;
  readonly architectures: readonly Architecture[];
  readonly onProgress: (message: string) => void;
}

/** Downloads what builds for some architectures need, and the emulator of arm64, so that they need no network. */
export async function fetchParts({ root, architectures, onProgress }: FetchPartsOptions): Promise<void> {
  for (const architecture of architectures) {
    await ensureDebianPackages([stripPackage(architecture)], onProgress);
    await assembleRootfs({ root, architecture, cache: cacheOf(root), onProgress });
  }
  if (architectures.some((architecture) => architecture !== 'amd64')) await ensureEmulator(cacheOf(root));
}

/** The Debian package of the program that removes symbols. */
export function stripPackage(architecture: Architecture): string {
  return `binutils-${NAMES[architecture].triplet.replaceAll('_', '-')}`;
}
