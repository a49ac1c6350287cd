import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** A file of variables that a service names. */
export interface EnvironmentFile {
  readonly path: string;
  /** Whether its absence is a fault. */
  readonly required: boolean;
}

/** Variables of a file of `KEY=value` lines; `undefined`: there is no such file. Values are taken as they stand. */
export async function readEnvironmentFile(path: string): Promise<Record<string, string> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
  const variables = parseEnv(text.replace(/^\uFEFF/, ''));
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Variables of all files, later ones winning, and the paths of the files that are missing though they are required.
 *
 * @param directory where relative paths start
 */
export async function readEnvironmentFiles(
  files: readonly EnvironmentFile[],
  directory: string,
): Promise<{ readonly variables: Readonly<Record<string, string>>; readonly missing: readonly string[] }> {
  const variables: Record<string, string> = {};
  const missing: string[] = [];
  for (const { path, required } of files) {
    const found = await readEnvironmentFile(resolve(directory, path));
    if (found !== undefined) Object.assign(variables, found);
    else if (required) missing.push(path);
  }
  return { variables, missing };
}
