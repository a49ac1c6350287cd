import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How much a change is for those who use a package. */
export type Bump = 'major' | 'minor' | 'patch';

export interface Changeset {
  /** The largest one that it names. */
  readonly bump: Bump;
  readonly summary: string;
}

const BUMPS: readonly Bump[] = ['major', 'minor', 'patch'];

/** Reads the changes since the last release, in the order of their file names. */
export async function readChangesets(root: string): Promise<Changeset[]> {
  const folder = join(root, '.changeset');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md') && name !== 'README.md').sort();
  return await Promise.all(names.map(async (name) => parseChangeset(name, await readFile(join(folder, name), 'utf8'))));
}

/** @param name for the error's message */
export function parseChangeset(name: string, text: string): Changeset {
  const [, head = '', summary = ''] = /^---\n(.*?)^---\n(.*)$/ms.exec(text) ?? [];
  const bump = BUMPS.find((kind) => new RegExp(`: ${kind}$`, 'm').test(head));
  if (bump === undefined || summary.trim() === '') throw new Error(`.changeset/${name} names no package, or no change`);
  return { bump, summary: summary.trim() };
}
