import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  makeDirectory,
  openBackedUpFile,
  type BackedUpFile,
  type DurableFileSystem,
} from '@device-supervisor/durable-file';
import { hasErrorCode, SupervisorError } from '@device-supervisor/errors';
import { HostFileError } from './errors.ts';
import { defaultHostname } from './hostname.ts';
import type { HostConfigJson } from './ports.ts';

/** A file of the proxy, which makes its directory when it is written, and throws HostFileError. */
export function openProxyFile(path: string, fileSystem: DurableFileSystem): BackedUpFile {
  const file = openBackedUpFile({ path, mode: READABLE, fileSystem });
  return {
    read: () => orFileError(path, 'read', () => file.read()),
    update: (derive) =>
      orFileError(path, 'changed', async () => {
        await makeDirectory(fileSystem, dirname(path));
        return await file.update(derive);
      }),
    remove: () => orFileError(path, 'changed', () => file.remove()),
  };
}

/** The name in effect; where the host does not tell, the one that it is to have. @throws HostFileError */
export async function readHostname(path: string, configJson: HostConfigJson): Promise<string> {
  const text = await orFileError(path, 'read', () => readTextIfThere(path));
  if (text.trim() !== '') return text.trim();
  const { config } = await configJson.read();
  return config.hostname ?? defaultHostname(config.uuid ?? '');
}

/** Runs an action on a file. Errors of ours pass unchanged. @throws HostFileError */
export async function orFileError<Result>(
  path: string,
  action: 'read' | 'changed',
  task: () => Promise<Result>,
): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    throw error instanceof SupervisorError ? error : new HostFileError(path, action, error);
  }
}

/** Redsocks reads its file as a user of its own. */
const READABLE = 0o644;

/** @returns `''` when it is not there */
export async function readTextIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}
