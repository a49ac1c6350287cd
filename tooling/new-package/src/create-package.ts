import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJson } from '@device-supervisor/primitives';
import * as z from 'zod';
import { exampleFile, packageFiles } from './package-files.ts';
import type { ScaffoldRequest } from './read-request.ts';

/**
 * Writes a package below `packages/` with an example that runs, and lists it in the indexes of the workspace.
 *
 * @param root absolute path of the workspace
 * @returns the files that were written or changed, relative to the root
 */
export function createPackage(root: string, request: ScaffoldRequest): string[] {
  const { name, layer, description } = request;
  const own = Object.entries(packageFiles(request)).map(([file, text]) => [`packages/${name}/${file}`, text] as const);
  const files = [...own, [`examples/libraries/${name}.ts`, exampleFile(request)] as const];
  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  for (const [file, entry] of Object.entries(INDEXES)) {
    insertSorted(join(root, file), { ...entry, line: entry.line(name, layer, description) });
  }
  const fullName = `@device-supervisor/${name}`;
  addDependency(join(root, EXAMPLES), { section: 'dependencies', name: fullName, version: 'workspace:*' });
  addDependency(join(root, SITE), { section: 'devDependencies', name: fullName, version: 'workspace:^' });
  return [...files.map(([file]) => file), ...Object.keys(INDEXES), EXAMPLES, SITE];
}

/** The examples of all packages. */
const EXAMPLES = 'examples/libraries/package.json';
/** The site of the documentation, which has a page for each package. */
const SITE = 'tooling/docs/package.json';

interface Index {
  /** The name of the package that a line is about, as its first group. */
  readonly pattern: RegExp;
  readonly line: (name: string, layer: string, description: string) => string;
}

/** Files that have a line for each package, in the order of their names. */
const INDEXES: Readonly<Record<string, Index>> = {
  'tsconfig.json': {
    pattern: /^ {4}\{ "path": "packages\/([^"]+)" \},?$/,
    line: (name) => `    { "path": "packages/${name}" },`,
  },
  'packages/README.md': {
    pattern: /^\| (\[[^\]]+\])/,
    line: (name, layer, description) => `| [${name}](${name}/README.md) | ${layer} | ${description} |`,
  },
  'tooling/pack-check/src/consumer/budgets.ts': {
    pattern: /^ {2}'?([a-z][\w-]*)'?: \{ foreignPackages/,
    line: (name) =>
      `  ${name.includes('-') ? `'${name}'` : name}: { foreignPackages: 0, installed: 1, imported: 10, names: 10 },`,
  },
};

/** Puts a line before the first of those that sort after it, or behind the last of them. */
function insertSorted(path: string, { pattern, line }: { readonly pattern: RegExp; readonly line: string }): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const [, key = ''] = pattern.exec(line) ?? [];
  const keys = lines.map((other) => pattern.exec(other)?.[1]);
  const after = keys.findIndex((other) => other !== undefined && other > key);
  const last = keys.findLastIndex((other) => other !== undefined);
  if (last === -1) throw new Error(`${path} has no line that is about a package`);
  lines.splice(after === -1 ? last + 1 : after, 0, line);
  writeFileSync(path, lines.join('\n'));
}

interface NewDependency {
  readonly section: 'dependencies' | 'devDependencies';
  readonly name: string;
  readonly version: string;
}

/** The keys keep their order. */
const MANIFEST = z.record(z.string(), z.unknown());
const DEPENDENCIES = z.record(z.string(), z.string()).default({});

function addDependency(path: string, { section, name, version }: NewDependency): void {
  const manifest = MANIFEST.parse(parseJson(readFileSync(path, 'utf8')));
  const entries = Object.entries({ ...DEPENDENCIES.parse(manifest[section]), [name]: version });
  const sorted = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify({ ...manifest, [section]: sorted }, null, 2)}\n`);
}
