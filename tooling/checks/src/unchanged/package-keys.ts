import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, fingerprint, foldersOf } from '@device-supervisor/bootstrap/fingerprint';
import { parseJson } from '@device-supervisor/primitives';
import { z } from 'zod';

const Manifest = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});

const KINDS = ['packages', 'apps', 'tooling'] as const;
/** Files of the root that every test depends on. */
const SHARED = ['package.json', 'pnpm-lock.yaml', 'vitest.config.ts', 'tsconfig.base.json'];
const SKIPPED = /\/(?:node_modules|dist|\.turbo)\/|\.tsbuildinfo$/;
/** Marks of a test that reads files outside of its package: its result may depend on any file. */
const REACHES_OUT = /(?:\.\.\/){3,}|process\.cwd\(\)/;

/**
 * A hash for each package with unit tests, by folder (`packages/journal`), over everything that the results of its unit tests depend on:
 * its files, those of the workspace packages that it uses, directly or not, and the versions of all others. Packages whose
 * tests read files elsewhere depend on the whole repository.
 *
 * Not the hashes of turbo, which know nothing of files that tests read outside of their package (ADR 26).
 */
export function packageKeys(root: string): ReadonlyMap<string, string> {
  const packages = readPackages(root);
  const folderOf = new Map(packages.map(({ folder, name }) => [name, folder]));
  const sharedTools = Object.keys(readManifest(root, '.').devDependencies).filter((name) => folderOf.has(name));
  const everything = ['docs', 'test', 'examples', ...KINDS].flatMap((folder) => sources(root, folder));
  return new Map(
    packages.flatMap((owner) => {
      const tests = owner.files.filter((file) => file.startsWith(`${owner.folder}/src/`) && file.endsWith('.test.ts'));
      if (tests.length === 0) return [];
      const texts = tests.map((file) => readFileSync(join(root, file), 'utf8'));
      if (texts.some((text) => REACHES_OUT.test(text))) return [[owner.folder, keyOf(root, everything)] as const];
      // Tests may import what the root declares without a declaration of their own.
      const used = sharedTools.filter((name) => texts.some((text) => text.includes(name)));
      const folders = closure([owner.name, ...used], packages);
      const files = packages.filter(({ folder }) => folders.has(folder)).flatMap((one) => one.files);
      return [[owner.folder, keyOf(root, files)] as const];
    }),
  );
}

interface Package {
  readonly folder: string;
  readonly name: string;
  readonly uses: readonly string[];
  readonly files: readonly string[];
}

function readPackages(root: string): Package[] {
  return KINDS.flatMap((kind) => foldersOf(root, kind))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const { name, dependencies, devDependencies } = readManifest(root, folder);
      return { folder, name, uses: Object.keys({ ...dependencies, ...devDependencies }), files: sources(root, folder) };
    });
}

function readManifest(root: string, folder: string): z.infer<typeof Manifest> {
  return Manifest.parse(parseJson(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

function sources(root: string, folder: string): string[] {
  return filesBelow(root, folder).filter((file) => !SKIPPED.test(`/${file}`));
}

/** Folders of the packages with these names, and of all that they use. */
function closure(names: readonly string[], packages: readonly Package[]): ReadonlySet<string> {
  const byName = new Map(packages.map((one) => [one.name, one]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    const one = byName.get(name);
    if (one === undefined || found.has(one.folder)) return;
    found.add(one.folder);
    one.uses.forEach(visit);
  };
  names.forEach(visit);
  return found;
}

function keyOf(root: string, files: readonly string[]): string {
  return fingerprint(root, [...files, ...SHARED], [process.version, process.platform, process.arch]);
}
