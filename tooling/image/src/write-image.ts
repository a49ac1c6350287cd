import { hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { LABELS, NAMES, RUN, type Architecture } from './image-definition.ts';
import type { ImageEntries } from './select-files.ts';

export interface ImageOptions {
  readonly entries: ImageEntries;
  readonly architecture: Architecture;
  readonly build: { readonly version: string; readonly commit: string };
  /** e.g. `device-supervisor:1.2.3-amd64`. */
  readonly reference: string;
  /** Where the archive goes. */
  readonly file: string;
}

export interface WrittenImage {
  /** Of the manifest: what a registry calls the image by. */
  readonly digest: string;
  /** Of the configuration: what an engine calls the image by. */
  readonly id: string;
  /** Bytes of the files. */
  readonly size: number;
  /** Bytes that a device downloads. */
  readonly compressedSize: number;
}

const zip = promisify(gzip);

/**
 * Writes an image of one layer as an archive that engines load (`docker load`) and that is an OCI layout at the same time.
 * The same files give the same digest: nothing of the time or the machine is in it.
 */
export async function writeImage({
  entries,
  architecture,
  build,
  reference,
  file,
}: ImageOptions): Promise<WrittenImage> {
  const layerTar = await tarOf(entries);
  const layer = await zip(layerTar, { level: 9 });
  const { variant } = NAMES[architecture];
  const platform = { architecture, os: 'linux', ...(variant === undefined ? {} : { variant }) };
  const config = json({
    ...platform,
    created: EPOCH,
    config: {
      Env: Object.entries(RUN.environment).map(([name, value]) => `${name}=${value}`),
      Entrypoint: RUN.entrypoint,
      Cmd: RUN.command,
      WorkingDir: '/',
      StopSignal: RUN.stopSignal,
      Healthcheck: {
        Test: ['CMD', ...RUN.healthCheck.command],
        Interval: RUN.healthCheck.interval * NANOSECONDS,
        Timeout: RUN.healthCheck.timeout * NANOSECONDS,
        StartPeriod: RUN.healthCheck.startPeriod * NANOSECONDS,
        Retries: RUN.healthCheck.retries,
      },
      Labels: {
        ...LABELS,
        'org.opencontainers.image.version': build.version,
        'org.opencontainers.image.revision': build.commit,
      },
    },
    rootfs: { type: 'layers', diff_ids: [digestOf(layerTar)] },
    history: [{ created: EPOCH, created_by: 'device-supervisor tooling/image' }],
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  });
  const index = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', manifest),
        platform,
        annotations: { 'org.opencontainers.image.ref.name': reference },
      },
    ],
  });
  const forEngines = json([{ Config: blob(config), RepoTags: [reference], Layers: [blob(layer)] }]);
  await writeArchive(file, [
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['index.json', index],
    ['manifest.json', forEngines],
    ...[manifest, config, layer].map((bytes) => [blob(bytes), bytes] as const),
  ]);
  return {
    digest: digestOf(manifest),
    id: digestOf(config),
    size: sizeOf(entries),
    compressedSize: layer.byteLength,
  };
}

const EPOCH = '1970-01-01T00:00:00Z';
const MTIME = new Date(0);
const NANOSECONDS = 1e9;

/** Directories first, each before what is in it. */
async function tarOf(entries: ImageEntries): Promise<Buffer> {
  const archive = pack();
  const bytes = buffer(archive);
  const folders = [...entries.keys()].flatMap((path) => parentsOf(path)).filter((path) => !entries.has(path));
  for (const name of [...new Set([...folders, ...entries.keys()])].toSorted()) {
    const entry = entries.get(name) ?? { kind: 'directory' };
    const common = { name, mtime: MTIME, uid: 0, gid: 0 };
    if (entry.kind === 'file') {
      archive.entry({ ...common, mode: entry.executable ? 0o755 : 0o644 }, Buffer.from(entry.bytes));
    } else if (entry.kind === 'link') {
      archive.entry({ ...common, type: 'symlink', linkname: entry.target, mode: 0o777 });
    } else {
      archive.entry({ ...common, name: `${name}/`, type: 'directory', mode: entry.mode ?? 0o755 });
    }
  }
  archive.finalize();
  return await bytes;
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [...parentsOf(parent), parent];
}

async function writeArchive(file: string, files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const archive = pack();
  for (const [name, bytes] of files) archive.entry({ name, mtime: MTIME, mode: 0o644 }, Buffer.from(bytes));
  archive.finalize();
  await pipeline(archive, createWriteStream(`${file}.new`));
  await rename(`${file}.new`, file);
}

function sizeOf(entries: ImageEntries): number {
  return [...entries.values()].reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.bytes.byteLength : 0), 0);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function descriptor(mediaType: string, bytes: Uint8Array): object {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes)}`;
}

function blob(bytes: Uint8Array): string {
  return `blobs/sha256/${hash('sha256', bytes)}`;
}
