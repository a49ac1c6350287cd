import { createHash } from 'node:crypto';
import type { ImageSize, LayerSize } from '@device-supervisor/compose';
import type { RegistryCredentials } from '@device-supervisor/device';
import { ImageNotInRegistryError, RegistryAnswerError, RegistryUnreachableError } from './errors.ts';
import { parseImageReference, type ImageReference } from './image-reference.ts';
import { MANIFEST_TYPES, readDiffIds, readManifest, type LayerDescriptor, type Manifest } from './manifest.ts';
import type { HttpAccess } from './http-get.ts';
import { openRepository, type Repository } from './open-repository.ts';
import { choosePlatform, formatPlatform, type Platform } from './platform.ts';
import { originsOf, type RegistryConfiguration } from './registry-origins.ts';
import { parseJson } from './request-token.ts';

/** Asks registries about images, without fetching them. */
export interface RegistryClient {
  /**
   * @param reference by tag or digest
   * @throws {RegistryUnreachableError}
   * @throws {RegistryUnauthorizedError}
   * @throws {ImageNotInRegistryError}
   * @throws {RegistryAnswerError}
   */
  imageSize(reference: string): Promise<ImageSize>;
}

export interface RegistryClientOptions extends Omit<HttpAccess, 'timeout'> {
  readonly credentials: RegistryCredentials;
  readonly registries: RegistryConfiguration;
  /** The platform that images must run on. */
  readonly platform: Platform;
  /** Milliseconds that one request may take. Default: 10000. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Bytes; registries must take manifests of this size, and few take larger ones (OCI distribution specification). */
const LONGEST_MANIFEST = 4 * 1024 * 1024;
const LONGEST_CONFIG = 4 * 1024 * 1024;
/** Bytes on disk for each byte that is downloaded: 2.2 to 2.7 in the images of Debian, Alpine, Node.js and Python. */
const UNPACKED_RATIO = 2.5;

export function createRegistryClient({
  credentials,
  registries,
  platform,
  ...access
}: RegistryClientOptions): RegistryClient {
  return {
    async imageSize(text) {
      const reference = parseImageReference(text);
      const auth = await credentials.find(reference.registry);
      const [...origins] = originsOf(reference.registry, registries);
      for (;;) {
        const origin = origins.shift();
        if (origin === undefined) throw new RegistryUnreachableError(reference.registry, 'nothing says where it is');
        try {
          return await sizeIn(
            openRepository({ reference, origin, auth, access: { timeout: DEFAULT_TIMEOUT_MS, ...access } }),
            { text, reference },
          );
        } catch (error) {
          if (!(error instanceof RegistryUnreachableError) || origins.length === 0) throw error;
        }
      }
    },
  };

  async function sizeIn(repository: Repository, image: NamedImage): Promise<ImageSize> {
    let manifest = await fetchManifest(repository, image.reference.version, image);
    if (manifest.kind === 'index') {
      const entry = choosePlatform(manifest.entries, platform);
      if (entry === null) throw new ImageNotInRegistryError(image.text, formatPlatform(platform));
      manifest = await fetchManifest(repository, entry.digest, image);
    }
    if (manifest.kind !== 'image') {
      throw new RegistryAnswerError(image.reference.registry, 'an index of images that names an index');
    }
    return { layers: measure(manifest.layers, await fetchDiffIds(repository, manifest.config, image)) };
  }
}

interface NamedImage {
  /** As the caller names it. */
  readonly text: string;
  readonly reference: ImageReference;
}

async function fetchManifest(
  repository: Repository,
  version: string,
  { text, reference: { registry } }: NamedImage,
): Promise<Manifest> {
  const answer = await repository.get(`manifests/${version}`, { accept: MANIFEST_TYPES, limit: LONGEST_MANIFEST });
  if (answer === null) throw new ImageNotInRegistryError(text, null);
  if (version.includes(':')) verify(answer.body, version, registry);
  const manifest = readManifest(parseJson(answer.body));
  if (manifest === null)
    throw new RegistryAnswerError(registry, `the manifest of ${text} has a form that is not known`);
  return manifest;
}

async function fetchDiffIds(
  repository: Repository,
  digest: string,
  { text, reference: { registry } }: NamedImage,
): Promise<readonly string[]> {
  const answer = await repository.get(`blobs/${digest}`, { limit: LONGEST_CONFIG });
  if (answer === null) throw new RegistryAnswerError(registry, `the configuration of ${text} is missing`);
  verify(answer.body, digest, registry);
  const diffIds = readDiffIds(parseJson(answer.body));
  if (diffIds === null) throw new RegistryAnswerError(registry, `the configuration of ${text} names no layers`);
  return diffIds;
}

/** The specification allows other algorithms than SHA-256, but registries do not use them. */
function verify(content: Buffer, digest: string, registry: string): void {
  const found = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  if (found !== digest) throw new RegistryAnswerError(registry, `what it gives out as ${digest} is ${found}`);
}

function measure(layers: readonly LayerDescriptor[], diffIds: readonly string[]): LayerSize[] {
  return layers.map(({ size, mediaType }, index) => ({
    diffId: diffIds[index] ?? '',
    download: size,
    unpacked: isCompressed(mediaType) ? Math.ceil(size * UNPACKED_RATIO) : size,
  }));
}

function isCompressed(mediaType: string): boolean {
  return !mediaType.endsWith('.tar');
}
