import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatError } from '@device-supervisor/errors';
import { ensureDebianPackages } from '@device-supervisor/testbed';
import { buildImage, type BuildImageOptions } from './build-image.ts';
import { fetchParts, stripPackage } from './fetch-parts.ts';
import { ARCHITECTURES } from './image-definition.ts';
import { writeRootfs } from './write-rootfs.ts';

const USAGE = `Usage: npm run image [-- --arch <${ARCHITECTURES.join('|')}>] [--output <folder>]

Builds the container image of the supervisor; --arch may be given several times. Default: amd64, dist/image.
  --rootfs <folder>   writes the files of the image into a folder instead, as tooling/image/Dockerfile needs them
  --native <folder>   takes node and better_sqlite3.node from a folder: for architectures that npm has no Node.js for
  --fetch             downloads what a build needs, and builds nothing
`;

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      arch: { type: 'string', multiple: true, default: ['amd64'] },
      output: { type: 'string', default: 'dist/image' },
      rootfs: { type: 'string' },
      native: { type: 'string' },
      fetch: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  const architectures = values.arch.flatMap((name) => ARCHITECTURES.filter((known) => known === name));
  if (values.help === true || architectures.length !== values.arch.length) {
    process.stdout.write(USAGE);
    return values.help === true ? 0 : 2;
  }
  const root = resolve(import.meta.dirname, '../../..');
  const onProgress = (message: string): void => void process.stderr.write(`image: ${message}\n`);
  const native = values.native === undefined ? {} : { native: resolve(values.native) };
  if (values.fetch) {
    await fetchParts({ root, architectures, onProgress });
    return 0;
  }
  for (const architecture of architectures) {
    await ensureDebianPackages([stripPackage(architecture)], onProgress);
    const options = { root, architecture, onProgress, ...native };
    if (values.rootfs === undefined) await build({ ...options, output: resolve(values.output) });
    else await writeRootfs({ ...options, folder: resolve(values.rootfs) });
  }
  return 0;
}

async function build(options: BuildImageOptions): Promise<void> {
  const image = await buildImage(options);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  process.stdout.write(
    [
      image.reference,
      `  archive     ${image.archive} (docker load -i)`,
      `  SBOM        ${image.sbom}`,
      `  digest      ${image.digest}`,
      `  compressed  ${megabytes(image.compressedSize)}`,
      `  on disk     ${megabytes(image.size)}`,
      '',
    ].join('\n'),
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`image: ${formatError(error)}\n`);
  process.exitCode = 1;
}
