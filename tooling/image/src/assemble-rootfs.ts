import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundleApp } from '@device-supervisor/bundle';
import { compileProgram } from './compile-program.ts';
import { debianPackages, type DebianPackage } from './debian-packages.ts';
import {
  DEBIAN_PACKAGES,
  DEVICECTL,
  DIRECTORIES,
  FILES,
  LINKS,
  NAMES,
  NODE,
  PROGRAM_FOLDER,
  type Architecture,
} from './image-definition.ts';
import { nodeRuntime } from './node-runtime.ts';
import { npmPackages, type NpmPackage } from './npm-packages.ts';
import { createSbom } from './create-sbom.ts';
import { selectFiles, type ImageEntries, type ImageEntry } from './select-files.ts';

export interface RootfsOptions {
  /** Of the repository. */
  readonly root: string;
  readonly architecture: Architecture;
  /** Folder that keeps what was downloaded. */
  readonly cache: string;
  /** Folder with `node` and `better_sqlite3.node` for the architecture; default: npm's packages of them. */
  readonly native?: string;
  readonly onProgress: (message: string) => void;
}

export interface Rootfs {
  readonly entries: ImageEntries;
  readonly packages: { readonly debian: readonly DebianPackage[]; readonly npm: readonly NpmPackage[] };
  readonly build: { readonly version: string; readonly commit: string };
  /** CycloneDX, as JSON; it is in the image as well. */
  readonly sbom: string;
}

const SBOM = 'usr/share/sbom/device-supervisor.cdx.json';

/** Puts together every file of the image. The same sources and packages make the same files. */
export async function assembleRootfs(options: RootfsOptions): Promise<Rootfs> {
  const { root, architecture, cache, onProgress } = options;
  const app = join(root, 'apps/supervisor');
  onProgress('Bundling the supervisor');
  const bundle = await bundleApp(app);
  const devicectl = await bundleApp(join(root, 'apps/devicectl'));
  onProgress(`Debian packages for ${architecture}`);
  const debian = await debianPackages({
    names: Object.keys(DEBIAN_PACKAGES),
    architecture,
    folder: join(cache, `debs-${architecture}`),
  });
  const native = await nativeParts(options);
  const addon = join(app, 'node_modules/better-sqlite3');
  const page = bundle.page ?? { files: [], inputs: [] };
  const npm = await npmPackages([...bundle.inputs, ...devicectl.inputs, ...page.inputs, join(addon, 'package.json')]);

  const entries: ImageEntries = new Map();
  for (const one of debian) for (const [path, entry] of await selectFiles(one)) entries.set(path, entry);
  entries.set(NODE, { kind: 'file', bytes: native.node, executable: true });
  entries.set(DEVICECTL, { kind: 'file', bytes: await runnable(devicectl.file), executable: true });
  for (const path of page.files) entries.set(`${PROGRAM_FOLDER}/page/${basename(path)}`, file(await readFile(path)));
  const prebuild = `prebuilds/linux-${NAMES[architecture].node}.node`;
  entries.set(`${PROGRAM_FOLDER}/node_modules/better-sqlite3/${prebuild}`, file(native.addon));
  for (const path of await scriptsOfAddon(addon)) {
    entries.set(`${PROGRAM_FOLDER}/node_modules/better-sqlite3/${path}`, file(await readFile(join(addon, path))));
  }
  entries.set('usr/share/doc/device-supervisor/LICENSE', file(await readFile(join(root, 'LICENSE'))));
  for (const [path, text] of Object.entries(FILES)) entries.set(path, file(Buffer.from(text)));
  for (const [path, target] of Object.entries(LINKS)) entries.set(path, { kind: 'link', target });
  for (const path of DIRECTORIES) entries.set(path, { kind: 'directory', mode: path.endsWith('tmp') ? 0o1777 : 0o755 });
  onProgress('Compiling the supervisor');
  const program = await readFile(bundle.file);
  for (const [path, entry] of await compileProgram({ architecture, entries, program, cache })) entries.set(path, entry);
  const { build } = bundle;
  const sbom = createSbom({ version: build.version, architecture, node: process.versions.node, debian, npm });
  entries.set(SBOM, file(Buffer.from(sbom)));
  return { entries, packages: { debian, npm }, build, sbom };
}

/** A bundle that the kernel starts by its first line. */
async function runnable(bundle: string): Promise<Uint8Array> {
  return Buffer.concat([Buffer.from(`#!/${NODE}\n`), await readFile(bundle)]);
}

function file(bytes: Uint8Array): ImageEntry {
  return { kind: 'file', bytes, executable: false };
}

/** The files that are compiled for the architecture. */
async function nativeParts({
  root,
  architecture,
  cache,
  native,
  onProgress,
}: RootfsOptions): Promise<{ readonly node: Uint8Array; readonly addon: Uint8Array }> {
  if (native !== undefined) {
    return { node: await readFile(join(native, 'node')), addon: await readFile(join(native, 'better_sqlite3.node')) };
  }
  const { node } = NAMES[architecture];
  onProgress(`Node.js ${process.versions.node} for ${architecture}`);
  const prebuild = `apps/supervisor/node_modules/better-sqlite3/prebuilds/linux-${node}.node`;
  return {
    node: await nodeRuntime(architecture, { version: process.versions.node, folder: cache }),
    addon: await readFile(join(root, prebuild)),
  };
}

async function scriptsOfAddon(folder: string): Promise<readonly string[]> {
  const scripts = await readdir(join(folder, 'lib'), { recursive: true, withFileTypes: true });
  return [
    'package.json',
    'LICENSE',
    ...scripts
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  ].toSorted();
}
