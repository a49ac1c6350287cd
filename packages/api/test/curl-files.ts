import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** This machine's curl with the libraries that it needs, for an image: absolute path to content and mode. */
export async function curlFiles(): Promise<Record<string, { readonly content: Buffer; readonly mode: number }>> {
  const program = '/usr/bin/curl';
  const { stdout } = await promisify(execFile)('ldd', [program]);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
  return Object.fromEntries(
    await Promise.all(
      [program, ...libraries].map(async (path) => [path, { content: await readFile(path), mode: 0o755 }] as const),
    ),
  );
}
