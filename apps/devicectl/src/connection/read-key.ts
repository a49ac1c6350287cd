import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { FileError } from '@device-supervisor/views/command-line';
import type { Environment } from './address.ts';

export interface KeySources {
  /** `-` is standard input. */
  readonly keyFile: string | undefined;
  readonly environment: Environment;
  /** Where the supervisor of this device keeps the device's own key; `null`: another device is asked. */
  readonly ownKeyFile: string | null;
  readonly input: Readable;
}

/**
 * The key to send, which is never an argument: others on the machine could read it there.
 *
 * @returns undefined: none; a device in local mode asks for none
 * @throws FileError
 */
export async function readKey({ keyFile, environment, ownKeyFile, input }: KeySources): Promise<string | undefined> {
  if (keyFile === '-') return keyIn(await text(input));
  if (keyFile !== undefined) return keyIn(await read(keyFile));
  const given = environment['DEVICECTL_KEY'] ?? environment['BALENA_SUPERVISOR_API_KEY'];
  if (given !== undefined && given !== '') return keyIn(given);
  const file = environment['DEVICECTL_KEY_FILE'];
  if (file !== undefined && file !== '') return keyIn(await read(file));
  return ownKeyFile === null ? undefined : keyIn(await readFile(ownKeyFile, 'utf8').catch(() => ''));
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FileError(path, error);
  }
}

function keyIn(content: string): string | undefined {
  const key = content.trim();
  return key === '' ? undefined : key;
}
