import { posix } from 'node:path';
import ts from 'typescript';
import * as z from 'zod';

/** The files of a package by their path in it, e.g. `dist/index.js`. */
export interface PackedFiles {
  readonly names: readonly string[];
  read(name: string): string;
}

/**
 * The modules that a user of the package cannot reach, and the source maps that lead nowhere.
 *
 * @param entryPoints files that `exports` names
 * @returns one sentence each
 */
export function unreachableFiles(files: PackedFiles, entryPoints: readonly string[]): string[] {
  const reached = reachableFrom(files, entryPoints);
  const modules = files.names.filter((name) => /\.(?:js|d\.ts)$/.test(name));
  const maps = files.names.filter((name) => name.endsWith('.map'));
  return [
    ...modules
      .filter((name) => name.endsWith('.js') && !isReached(name, reached) && !holdsTypesAlone(files.read(name)))
      .map((name) => `${name} is published, and nothing that is exported imports it`),
    ...maps.flatMap((map) =>
      sourcesOf(files, map)
        .filter((source) => !files.names.includes(source))
        .map((source) => `${map} leads to ${source}, which is not published`),
    ),
    ...modules
      .filter((name) => namesMap(files.read(name)) && !files.names.includes(`${name}.map`))
      .map((name) => `${name} names a map that is not published`),
  ];
}

function reachableFrom(files: PackedFiles, entryPoints: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...entryPoints];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name) || !files.names.includes(name)) continue;
    reached.add(name);
    const folder = posix.dirname(name);
    const isDeclaration = name.endsWith('.d.ts');
    for (const { fileName } of ts.preProcessFile(files.read(name), true, true).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const path = posix.join(folder, fileName);
      open.push(isDeclaration ? path.replace(/(?:\.d)?\.[jt]s$/, '.d.ts') : path);
    }
  }
  return reached;
}

/** The types of a module count as the module: the other way round they do not. */
function isReached(name: string, reached: ReadonlySet<string>): boolean {
  return reached.has(name) || reached.has(name.replace(/\.js$/, '.d.ts'));
}

function holdsTypesAlone(text: string): boolean {
  return /^export \{\};\s*(?:\/\/# sourceMappingURL=.*)?\s*$/.test(text);
}

function namesMap(text: string): boolean {
  return /^\/\/# sourceMappingURL=/m.test(text);
}

const SourceMap = z.object({ sources: z.array(z.string()) });

function sourcesOf(files: PackedFiles, map: string): string[] {
  const { sources } = SourceMap.parse(JSON.parse(files.read(map)));
  return sources.map((source) => posix.join(posix.dirname(map), source));
}
