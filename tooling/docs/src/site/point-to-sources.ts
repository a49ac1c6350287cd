import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { parseJson } from '@device-supervisor/primitives';
import { normalizePath, type ProjectReflection, type Reflection, type SourceReference } from 'typedoc';
import * as z from 'zod';

export interface SourceContext {
  readonly root: string;
  readonly repository: string;
}

/** As the compiler writes it. */
const MAP = z.object({
  version: z.number(),
  file: z.string(),
  sourceRoot: z.string(),
  sources: z.array(z.string()),
  names: z.array(z.string()),
  mappings: z.string(),
  sourcesContent: z.array(z.string()).default([]),
});

/** Shows what was read from declarations of a build where it was written: their maps know the place. */
export function pointToSources(project: ProjectReflection, context: SourceContext): void {
  const maps = new Map<string, SourceMap>();
  for (const reflection of Object.values(project.reflections)) {
    for (const source of sourcesOf(reflection)) point(source, maps, context);
  }
}

function sourcesOf(reflection: Reflection): readonly SourceReference[] {
  return reflection.isDeclaration() || reflection.isSignature() ? (reflection.sources ?? []) : [];
}

function point(source: SourceReference, maps: Map<string, SourceMap>, { root, repository }: SourceContext): void {
  const map = mapOf(`${source.fullFileName}.map`, maps);
  if (map === null) return;
  const place = map.findOrigin(source.line, source.character + 1);
  if (!('fileName' in place)) return;
  const file = source.fullFileName.replace('/dist/', '/src/').replace(/\.d\.ts$/, '.ts');
  source.fileName = normalizePath(relative(root, file));
  source.line = place.lineNumber;
  source.url = `${repository}/blob/main/${source.fileName}#L${place.lineNumber}`;
}

function mapOf(path: string, maps: Map<string, SourceMap>): SourceMap | null {
  const known = maps.get(path);
  if (known !== undefined) return known;
  if (!existsSync(path)) return null;
  const map = new SourceMap(MAP.parse(parseJson(readFileSync(path, 'utf8'))));
  maps.set(path, map);
  return map;
}
