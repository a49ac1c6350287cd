import { readFile } from 'node:fs/promises';
import { ProjectError, type ProjectIssue } from '../errors.ts';
import { parseEnvFile, parseRawEnvFile, type EnvFile } from './parse-env-file.ts';
import type { Lookup } from './interpolate.ts';

export interface EnvFileSource {
  /** Absolute. */
  readonly path: string;
  /** `raw`: the lines are taken as they stand. */
  readonly format?: 'raw' | undefined;
}

/**
 * Variables of a file; `undefined`: there is no such file.
 *
 * @param lookup the environment, for variables within values and for names without a value
 * @throws ProjectError naming the lines that cannot be read
 */
export async function readEnvFile(
  { path, format }: EnvFileSource,
  lookup: Lookup,
): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await readOptional(path);
  if (text === undefined) return undefined;
  const file = format === 'raw' ? parseRawEnvFile(text) : parseEnvFile(text, lookup);
  if (file.faults.length > 0) throw new ProjectError(file.faults.map((fault) => issueOf(path, fault)));
  const variables = new Map<string, string>();
  for (const [name, value] of file.variables) {
    const found = value ?? lookup(name);
    if (found !== undefined) variables.set(name, found);
  }
  return variables;
}

function issueOf(file: string, { line, message }: EnvFile['faults'][number]): ProjectIssue {
  return { file, position: { line, column: 1 }, path: '', message };
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProjectError([{ file: path, path: '', message: `cannot be read: ${reason}` }], { cause: error });
  }
}
