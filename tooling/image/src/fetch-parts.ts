import { join } from 'node:path';
import { ensureDebianPackages } from '@device-supervisor/testbed';
import { cacheOf } from './build-image.ts';
import { debianPackages } from './debian-packages.ts';
import { ensureEmulator } from './emulator.ts';
import { DEBIAN_PACKAGES, NAMES, type Architecture } from './image-definition.ts';
import { nodeRuntime } from './node-runtime.ts';

export interface FetchPartsOptions {
  /** Of the repository. */
  readonly root: string;
  readonly architectures: readonly Architecture[];
  readonly onProgress: (message: string) => void;
}

/** Downloads what builds for some architectures need, and the emulator of arm64, so that they need no network. */
export async function fetchParts({ root, architectures, onProgress }: FetchPartsOptions): Promise<void> {
  const cache = cacheOf(root);
  for (const architecture of architectures) {
    await ensureDebianPackages([stripPackage(architecture)], onProgress);
    await debianPackages({
      names: Object.keys(DEBIAN_PACKAGES),
      architecture,
      folder: join(cache, `debs-${architecture}`),
    });
    await nodeRuntime(architecture, { version: process.versions.node, folder: cache });
  }
  if (architectures.some((architecture) => architecture !== 'amd64')) await ensureEmulator(cache);
}

/** The Debian package of the program that removes symbols. */
export function stripPackage(architecture: Architecture): string {
  return `binutils-${NAMES[architecture].triplet.replaceAll('_', '-')}`;
}
