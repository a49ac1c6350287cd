import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { FileError, UsageError } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';

/**
 * An object of a file. Whether it is what the device takes, the device says.
 *
 * @param file `-` is standard input
 * @throws FileError, UsageError
 */
export async function readObject({ input }: Pick<Context, 'input'>, file: string): Promise<Record<string, unknown>> {
  const value = parse(await readContent(input, file), file);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${file} holds no JSON object`);
  }
  return { ...value };
}

async function readContent(input: Context['input'], file: string): Promise<string> {
  try {
    return file === '-' ? await text(input) : await readFile(file, 'utf8');
  } catch (error) {
    throw new FileError(file, error);
  }
}

function parse(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${file} is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
