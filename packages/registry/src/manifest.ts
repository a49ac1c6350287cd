import * as z from 'zod';
import type { Platform } from './platform.ts';

/** A reference under `manifests/`. */
export const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

export type Manifest =
  | { readonly kind: 'index'; readonly entries: readonly IndexEntry[] }
  | { readonly kind: 'image'; readonly config: string; readonly layers: readonly LayerDescriptor[] };

export interface IndexEntry {
  readonly digest: string;
  /** `null`: it is not for running, e.g. an attestation. */
  readonly platform: Platform | null;
}

export interface LayerDescriptor {
  readonly mediaType: string;
  /** Bytes, as it is downloaded. */
  readonly size: number;
}

const Digest = z.string().regex(/^[a-z0-9]+:[0-9a-f]{32,}$/, 'is not a digest');

const Index = z
  .object({
    manifests: z.array(
      z.object({
        digest: Digest,
        platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().default('') }).optional(),
      }),
    ),
  })
  .transform(({ manifests }): Manifest => ({
    kind: 'index',
    entries: manifests.map(({ digest, platform = null }) => ({ digest, platform })),
  }));

const Image = z
  .object({
    config: z.object({ digest: Digest }),
    layers: z.array(z.object({ mediaType: z.string().default(''), size: z.int().min(0) })),
  })
  .transform(({ config, layers }): Manifest => ({ kind: 'image', config: config.digest, layers }));

const AnyManifest = z.union([Index, Image]);

/** `null`: it is neither an index nor an image manifest of today. */
export function readManifest(json: unknown): Manifest | null {
  return AnyManifest.safeParse(json).data ?? null;
}

const Config = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/** Content ids of an image's unpacked layers, from its configuration; `null`: it does not say. */
export function readDiffIds(json: unknown): readonly string[] | null {
  return Config.safeParse(json).data?.rootfs.diff_ids ?? null;
}
