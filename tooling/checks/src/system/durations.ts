import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Seconds that test files took when they were last run on this machine, by path. */
export function readDurations(root: string): ReadonlyMap<string, number> {
  const folder = folderOf(root);
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder).map((name) => [decodeURIComponent(name), Number(readFileSync(join(folder, name), 'utf8'))]),
  );
}

export async function saveDuration(root: string, file: string, seconds: number): Promise<void> {
  await mkdir(folderOf(root), { recursive: true });
  await writeFile(join(folderOf(root), encodeURIComponent(file)), seconds.toFixed(1));
}

function folderOf(root: string): string {
  return join(root, '.state/durations');
}
