import { readFile } from 'node:fs/promises';
import type { ProjectFile } from '../project.ts';
import type { Lookup } from '../variables/interpolate.ts';
import type { FileInput } from './compose-input.ts';
import type { ServiceContext } from './service-context.ts';

export type ProjectFilesContext = Pick<ServiceContext, 'lookup' | 'fault' | 'remark'>;

/** Fields that are carried out. */
const APPLIED: ReadonlySet<string> = new Set(['file', 'environment', 'content', 'external']);

export interface ProjectFilesInput {
  readonly inputs: Readonly<Record<string, FileInput>>;
  /** Names of those that a service uses. */
  readonly used: ReadonlySet<string>;
}

/** Largest file that a target state carries, in bytes; docker's own limit for configs. */
const MAX_BYTES = 500_000;

/**
 * Reads the configs or secrets of a project: from a file of this machine, from its environment, or from the compose file
 * itself.
 *
 * @param section `configs` or `secrets`
 */
export async function readProjectFiles(
  section: string,
  { inputs, used }: ProjectFilesInput,
  { lookup, fault, remark }: ProjectFilesContext,
): Promise<Record<string, ProjectFile>> {
  const files: [string, ProjectFile][] = [];
  for (const [name, input] of Object.entries(inputs)) {
    // As for docker compose, the file of a secret that no service uses need not be there; and it stays here.
    if (!used.has(name)) continue;
    const reject = (field: string, message: string): void => fault([section, name, field], message);
    for (const field of Object.keys(input).filter((one) => !APPLIED.has(one) && !one.startsWith('x-'))) {
      remark(`${section}.${field} has no effect: it is for secrets and configs of a swarm`, name);
    }
    if (input.external != null && input.external !== false) {
      reject('external', 'only a swarm holds such files: use file, environment or content');
      files.push([name, { content: '' }]);
    } else {
      const content = await contentOf(input, lookup, reject);
      // A fault is reported once, and not again where the file is used.
      files.push([name, { content: content ?? '' }]);
      if (content !== undefined) continue;
      if (input.file == null && input.environment == null) {
        fault([section, name], 'needs one of file, environment and content');
      }
    }
  }
  return Object.fromEntries(files);
}

async function contentOf(
  { file, environment, content }: FileInput,
  lookup: Lookup,
  reject: (field: string, message: string) => void,
): Promise<string | undefined> {
  if (content != null) return content;
  if (environment != null) {
    const value = lookup(environment);
    if (value === undefined) reject('environment', `variable ${environment} is not set`);
    return value;
  }
  if (file == null) return undefined;
  const bytes = await read(file, (reason) => reject('file', reason));
  if (bytes === undefined) return undefined;
  if (bytes.length > MAX_BYTES) {
    reject('file', `${file} is larger than ${MAX_BYTES} bytes: put it into the image or a volume`);
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    reject('file', `${file} is not UTF-8 text: put it into the image or a volume`);
    return undefined;
  }
}

async function read(file: string, reject: (reason: string) => void): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    reject(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
