import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageFiles } from '@device-supervisor/api';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=UTF-8',
  js: 'text/javascript; charset=UTF-8',
  css: 'text/css; charset=UTF-8',
  svg: 'image/svg+xml',
};

/** A file of the page: no folder, and a kind that the page is made of. */
const NAME = /^[\w-][\w.-]{0,100}\.(html|js|css|svg)$/;
/** The build puts a hash of the content before the extension. */
const HASHED = /-[\w-]{8,}\.\w+$/;

/** The page as the bundle has it, in a folder beside the program; read from disk at each request. */
export function pageFiles(folder: string): PageFiles {
  return {
    async read(name, acceptsGzip) {
      const extension = NAME.exec(name)?.[1];
      if (extension === undefined) return null;
      const path = join(folder, name);
      const packed = acceptsGzip ? await readIfPresent(`${path}.gz`) : null;
      const bytes = packed ?? (await readIfPresent(path));
      if (bytes === null) return null;
      return {
        bytes,
        contentType: TYPES[extension] ?? 'application/octet-stream',
        isGzip: packed !== null,
        isImmutable: HASHED.test(name),
      };
    },
  };
}

async function readIfPresent(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
