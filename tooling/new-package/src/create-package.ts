import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageFiles } from './package-files.ts';
import type { ScaffoldRequest } from './read-request.ts';

/**
 * Writes a package below `packages/`, and lists it in the indexes of the workspace.
 *
 * @param root absolute path of the workspace
 * @returns the files that were written or changed, relative to the root
 */
export function createPackage(root: string, request: ScaffoldRequest): string[] {
  const { name, layer, description } = request;
  const files = packageFiles(request);
  for (const [file, text] of Object.entries(files)) {
    const path = join(root, 'packages', name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  insertSorted(join(root, 'tsconfig.json'), '    { "path": "packages/', `    { "path": "packages/${name}" },`);
  insertSorted(join(root, 'packages/README.md'), '| [', `| [${name}](${name}/README.md) | ${layer} | ${description} |`);
  return [...Object.keys(files).map((file) => `packages/${name}/${file}`), 'tsconfig.json', 'packages/README.md'];
}

/** Puts a line before the first of those with the prefix that sorts after it, or behind the last of them. */
function insertSorted(path: string, prefix: string, line: string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const after = lines.findIndex((other) => other.startsWith(prefix) && other > line);
  const last = lines.findLastIndex((other) => other.startsWith(prefix));
  if (last === -1) throw new Error(`${path} has no line that starts with ${prefix}`);
  lines.splice(after === -1 ? last + 1 : after, 0, line);
  writeFileSync(path, lines.join('\n'));
}
