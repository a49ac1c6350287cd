import { checkPackage, createPackageFromTarballData, type Package } from '@arethetypeswrong/core';
import { problemAffectsResolutionKind, problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import * as z from 'zod';
import { unreachableFiles, type PackedFiles } from './unreachable-files.ts';

/**
 * Checks a packed package: entry points, types as ES modules see them, and that it stands on its own outside of this
 * workspace.
 *
 * @param tarball as `pnpm pack` makes it
 * @returns what is wrong with it, one sentence each
 */
export async function checkPacked(tarball: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const packed = createPackageFromTarballData(tarball);
  return [...checkContents(packed), ...(await checkTypes(packed)), ...(await checkEntryPoints(tarball))];
}

const Versions = z.record(z.string(), z.string()).default({});
const EntryPoints = z.record(z.string(), z.record(z.string(), z.string())).default({});
const Text = z.string('is missing').min(1);
const Manifest = z.looseObject({
  dependencies: Versions,
  peerDependencies: Versions,
  exports: EntryPoints,
  bin: z.record(z.string(), z.string()).optional(),
});
/** By which a registry's search finds a package, and its reader the sources. */
const Metadata = z.object({
  homepage: Text,
  bugs: Text,
  repository: z.object({ type: Text, url: Text, directory: Text }, 'is missing'),
  keywords: z.array(z.string(), 'are missing').min(3, 'are fewer than three'),
});
/** A user of two packages with one exact version each has two copies, whose types and schemas do not mix. */
const EXACT = /^=?v?\d+\.\d+\.\d+/;

function checkContents(packed: Package): string[] {
  const folder = `/node_modules/${packed.packageName}`;
  const files = packed.listFiles().map((file) => file.slice(file.indexOf(folder) + folder.length));
  const contents: PackedFiles = {
    names: files.map((file) => file.slice(1)),
    read: (name) => packed.readFile(`${folder}/${name}`),
  };
  const manifest: unknown = JSON.parse(contents.read('package.json'));
  const { dependencies, peerDependencies, exports } = Manifest.parse(manifest);
  const metadata = Metadata.safeParse(manifest);
  const entryPoints = Object.values(exports)
    .flatMap((conditions) => [conditions['types'], conditions['default']])
    .flatMap((path) => (path === undefined ? [] : [path.replace('./', '')]));
  return [
    ...['/LICENSE', '/README.md'].filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files.filter((name) => /\.test\.|\.tsbuildinfo$/.test(name)).map((name) => `${name} should not be published`),
    ...(metadata.error?.issues ?? []).map(({ path, message }) => `package.json: ${path.join('.')} ${message}`),
    ...(isCommand(packed) ? [] : unreachableFiles(contents, entryPoints)),
    ...Object.entries(dependencies)
      .filter(([, version]) => /^(workspace|catalog|link|file):/.test(version))
      .map(([name, version]) => `the dependency ${name} is ${version}, which means something here only`),
    ...[...Object.entries(dependencies), ...Object.entries(peerDependencies)]
      .filter(([, version]) => EXACT.test(version))
      .map(([name, version]) => `the dependency ${name} is ${version}; name a range, such as ^${version}`),
  ];
}

function manifestOf(packed: Package): z.infer<typeof Manifest> {
  return Manifest.parse(JSON.parse(packed.readFile(`/node_modules/${packed.packageName}/package.json`)));
}

/** Whether the package is a command, which nothing imports. */
function isCommand(packed: Package): boolean {
  const { bin, exports, main } = manifestOf(packed);
  return bin !== undefined && Object.keys(exports).length === 0 && main === undefined;
}

/** How the packages are meant to be imported: as ES modules, by Node.js or a bundler. */
const RESOLUTIONS = ['node16-esm', 'bundler'] as const;

async function checkTypes(packed: Package): Promise<string[]> {
  const analysis = await checkPackage(packed);
  if (analysis.types === false) return isCommand(packed) ? [] : ['it has no types'];
  return analysis.problems
    .filter((problem) => RESOLUTIONS.some((kind) => problemAffectsResolutionKind(problem, kind, analysis)))
    .map((problem) => {
      const entryPoint = 'entrypoint' in problem ? `${problem.entrypoint}: ` : '';
      return `${entryPoint}${problemKindInfo[problem.kind].shortDescription}`;
    });
}

async function checkEntryPoints(tarball: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.slice().buffer }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}
