import { access, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskSpace } from '@device-supervisor/compose';
import type { ImageStorage, RegistryCredentials } from '@device-supervisor/device';
import type { Engine } from '@device-supervisor/engine';
import { formatError } from '@device-supervisor/errors';
import { createImageSizes, createRegistryClient, platformOf } from '@device-supervisor/registry';
import type { CloudAccess } from '../managed/cloud-access.ts';
import { systemClock } from '@device-supervisor/primitives/system-clock';

export interface ImageStorageOptions {
  readonly engine: Pick<Engine, 'info'>;
  readonly engineEndpoint: string;
  /** The host's root file system as we see it. */
  readonly rootMount: string;
  readonly credentials: RegistryCredentials;
  /** How the cloud's registry is spoken to, and every other as well. */
  readonly access: Pick<CloudAccess, 'lookup' | 'rootCertificate'>;
  readonly print: (message: string) => void;
}

/** Where an engine that keeps its images itself has them, below its data root. */
const IMAGES = 'image';

/** The sizes of images, from their registries, and the free space of the engine's disk. */
export function imageStorage({
  engine,
  engineEndpoint,
  rootMount,
  credentials,
  access: registryAccess,
  print,
}: ImageStorageOptions): ImageStorage {
  const sizes = createImageSizes({
    clock: systemClock,
    onFailure: (reference, error) => print(`The size of image '${reference}' is not known: ${formatError(error)}`),
    async lookUp(reference) {
      const { registries, osType, architecture } = await engine.info();
      const platform = platformOf(osType, architecture);
      return await createRegistryClient({ ...registryAccess, credentials, registries, platform }).imageSize(reference);
    },
  });
  let dataRoot: string | null = null;
  return {
    sizeOf: (reference) => sizes.sizeOf(reference),
    async space() {
      // The disk of another machine's engine cannot be seen.
      if (!engineEndpoint.startsWith('unix://')) return null;
      dataRoot ??= (await engine.info()).dataRoot;
      return await readSpace(join(rootMount, dataRoot));
    },
  };
}

/** `null`: this is not where an engine keeps images, or not in our view of the host. */
async function readSpace(directory: string): Promise<DiskSpace | null> {
  const [images, disk] = await Promise.allSettled([access(join(directory, IMAGES)), statfs(directory)]);
  if (images.status === 'rejected' || disk.status === 'rejected') return null;
  const { bavail, blocks, bsize } = disk.value;
  return { free: bavail * bsize, total: blocks * bsize };
}
