import { execFile } from 'node:child_process';
import { glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { addRelease } from './product-changelog.ts';
import { readChangesets, type Changeset } from './read-changesets.ts';

const run = promisify(execFile);
const CHANGESETS = resolve(import.meta.dirname, '../../../node_modules/@changesets/cli/bin.js');
/** A package that is published; all of them have one version. */
const PUBLISHED = 'packages/errors/package.json';
const MANIFESTS = ['package.json', 'apps/*/package.json', 'packages/*/package.json', 'tooling/*/package.json'];
const CHANGELOG = 'CHANGELOG.md';
const PRIVATE_CHANGELOGS = ['apps/*/CHANGELOG.md', 'tooling/*/CHANGELOG.md'];

export interface Release {
  readonly from: string;
  readonly to: string;
  readonly changesets: readonly Changeset[];
}

/**
 * Writes the next version into every manifest of a tree, and the changes into its changelogs.
 *
 * @throws Error when there are no changesets, or one of them cannot be used
 */
export async function release(root: string): Promise<Release> {
  const changesets = await readChangesets(root);
  if (changesets.length === 0) throw new Error('there are no changesets, so there is nothing to release');
  const from = await versionOf(join(root, PUBLISHED));
  await bumpPackages(root);
  const to = await versionOf(join(root, PUBLISHED));
  if (to === from) throw new Error(`the changesets do not change the version ${from}`);
  for (const pattern of MANIFESTS) {
    for await (const file of glob(pattern, { cwd: root })) await setVersion(join(root, file), to);
  }
  const [older] = await Promise.allSettled([readFile(join(root, CHANGELOG), 'utf8')]);
  const changelog = addRelease(older.status === 'fulfilled' ? older.value : '', to, changesets);
  await writeFile(join(root, CHANGELOG), changelog);
  return { from, to, changesets };
}

async function bumpPackages(root: string): Promise<void> {
  try {
    await run(process.execPath, [CHANGESETS, 'version'], { cwd: root });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    throw new Error(`the changesets cannot be used: ${output.trim()}`, { cause: error });
  }
  // The changes of apps are in the changelog of the product.
  for await (const file of glob(PRIVATE_CHANGELOGS, { cwd: root })) await rm(join(root, file));
}

async function versionOf(manifest: string): Promise<string> {
  return VERSION.exec(await readFile(manifest, 'utf8'))?.[2] ?? '';
}

async function setVersion(manifest: string, version: string): Promise<void> {
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(VERSION, `$1${version}$3`));
}

/** The first key of this name is the package's own. */
const VERSION = /^( {2}"version": ")([^"]+)(",?)$/m;
