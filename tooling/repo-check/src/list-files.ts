import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Generated files, and those of git. */
const SKIPPED = new Set(['.git', '.state', '.turbo', 'dist', 'node_modules']);

/** Workspaces that are broken on purpose. */
const FIXTURES = 'tooling/repo-check/fixtures';

/** Every file that a person wrote, relative to the root, sorted. */
export function listFiles(root: string, folder = ''): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || path === FIXTURES || entry.name.endsWith('.tsbuildinfo')) return [];
    if (entry.isDirectory()) return listFiles(root, path);
    return entry.isFile() ? [path] : [];
  });
}
