import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type BuildResult, type Plugin } from 'esbuild';
import * as z from 'zod';
import { absentModule } from './absent-module.ts';
import { buildInfo, type BuildInfo } from './build-info.ts';
import { loadWhenUsed } from './load-when-used.ts';
import { buildPage, type BuiltPage } from './build-page.ts';

export interface Bundle {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly milliseconds: number;
  /** Absolute paths of the files that it was made from. */
  readonly inputs: readonly string[];
  /** The build information of the program. */
  readonly build: BuildInfo;
  /** The page that the program serves, in `dist/page`; `null`: it serves none. */
  readonly page: BuiltPage | null;
}

/** Native addons: they stay outside, and the app's own package.json names them, so that they resolve from it. */
const NATIVE = ['better-sqlite3'];

/**
 * Parts of dockerode for SSH and BuildKit sessions, which nothing here uses: they double the size and the memory. Parts of
 * dbus-next for other kinds of addresses, one of them native.
 */
const ABSENT = [
  'ssh2',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  'protobufjs',
  'cpu-features',
  'usocket',
  'event-stream',
  'x11',
];

/** The fields that are read from an app's package.json. */
const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  /** Folder of the page that the program serves, from the app's folder. */
  page: z.string().optional(),
});
type Manifest = z.infer<typeof Manifest>;

/** `import.meta` as CommonJS knows it. */
const IMPORT_META = {
  banner: 'const __importMetaUrl=require("node:url").pathToFileURL(__filename).href;',
  define: {
    'import.meta.url': '__importMetaUrl',
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
  },
};

/**
 * Bundles `src/main.ts` of an app, straight from the sources of all packages, into `dist/main.cjs` with a source map. The
 * page whose folder its package.json names as `page` comes beside it.
 *
 * @param app absolute path of its folder
 * @throws Error when a native addon is used that the app's package.json does not name, or two error classes have one name
 */
export async function bundleApp(app: string): Promise<Bundle> {
  const started = performance.now();
  const file = join(app, 'dist/main.cjs');
  const info = await buildInfo(app, process.env);
  const manifest = Manifest.parse(JSON.parse(await readFile(join(app, 'package.json'), 'utf8')));
  const result = await build({
    absWorkingDir: app,
    entryPoints: ['src/main.ts'],
    outfile: file,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Identifiers stay as they are: error names are part of what users read. Keeping the names of minified classes and
    // functions instead takes a call for each of them, which costs 6 MB of a process that has loaded all of them.
    minifySyntax: true,
    minifyWhitespace: true,
    // Node.js prints the line that an unexpected error came from.
    lineLimit: 200,
    // A UMD build, which some packages have as their main one, cannot be bundled.
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    conditions: ['@device-supervisor/source'],
    external: NATIVE,
    plugins: [replaceAbsent(app), loadWhenUsed()],
    define: {
      ...IMPORT_META.define,
      BUILD_VERSION: JSON.stringify(info.version),
      BUILD_COMMIT: JSON.stringify(info.commit),
    },
    banner: { js: IMPORT_META.banner },
    logLevel: 'silent',
  });
  checkNative(app, result, manifest);
  checkErrorNames(app, textOf(result, file));
  const page =
    manifest.page === undefined ? null : await buildPage(resolve(app, manifest.page), join(app, 'dist/page'));
  await writeOutputs(join(app, 'dist'), result);
  const bytes = Buffer.byteLength(textOf(result, file));
  const inputs = Object.keys(result.metafile?.inputs ?? {}).map((path) => resolve(app, path));
  return { file, bytes, inputs, build: info, page, milliseconds: Math.round(performance.now() - started) };
}

/** An app that uses one of these parts itself has it. */
function replaceAbsent(app: string): Plugin {
  return {
    name: 'replace-absent',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(${ABSENT.join('|')})(/|$)`) }, ({ path, importer }) =>
        importer.startsWith(join(app, 'src/')) ? undefined : { path, namespace: 'absent' },
      );
      onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({ contents: absentModule(path), loader: 'js' }));
    },
  };
}

function checkNative(app: string, { metafile }: BuildResult, { dependencies }: Manifest): void {
  const imported = Object.values(metafile?.outputs ?? {}).flatMap((output) => output.imports.map(({ path }) => path));
  const missing = NATIVE.filter((name) => imported.includes(name) && !Object.hasOwn(dependencies, name));
  if (missing.length > 0) {
    throw new Error(
      `${app}/package.json must name ${missing.join(', ')} in dependencies: the bundle loads it at run time`,
    );
  }
}

function textOf({ outputFiles = [] }: BuildResult, file: string): string {
  return outputFiles.find(({ path }) => path === file)?.text ?? '';
}

/** Of classes with one name, all but the first are numbered, and their errors would show that. */
function checkErrorNames(app: string, program: string): void {
  const numbered = new Set(
    Array.from(program.matchAll(NUMBERED_ERROR), ([, declared, assigned]) => declared ?? assigned),
  );
  if (numbered.size > 0) throw new Error(`${app} has more than one class named ${[...numbered].join(', ')}`);
}

const NUMBERED_ERROR = /\bclass (\w*Error)\d+\b|\b(\w*Error)\d+=class\b/g;

/**
 * Each file appears whole or not at all; the program last, since it names its map. A file that is the same already is left
 * alone: programs that run from it, and other builds beside this one, notice nothing.
 */
async function writeOutputs(folder: string, { outputFiles = [] }: BuildResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, contents } of [...outputFiles].sort((a, b) => b.path.localeCompare(a.path))) {
    if (await hasContent(path, contents)) continue;
    const next = `${path}.${randomUUID()}.new`;
    await writeFile(next, contents);
    await rename(next, path);
  }
}

async function hasContent(path: string, contents: Uint8Array): Promise<boolean> {
  return existsSync(path) && (await readFile(path)).equals(contents);
}
