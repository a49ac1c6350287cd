import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXIT, show, UsageError } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';

/** Writes an archive that describes the device, which appears whole or not at all. @param file `-` is standard output */
export async function diagnose(context: Context, file: string | undefined): Promise<number> {
  const { response } = await context.client.http.POST('/v3/diagnostics', { body: {}, parseAs: 'stream' });
  if (response.body === null) throw new TypeError('the archive is empty');
  const archive = Readable.from(response.body);
  if (file === '-') {
    if (context.isTerminal)
      throw new UsageError('an archive cannot be written to a terminal', 'Name a file by --output.');
    await pipeline(archive, context.output, { end: false });
    return EXIT.done;
  }
  const path = file ?? nameOf(response);
  const unfinished = `${path}.part`;
  try {
    // For its owner alone.
    await pipeline(archive, createWriteStream(unfinished, { mode: 0o600 }));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  show(context, { file: path }, () => [`Wrote ${path}: health.json is its first page; secrets are replaced`]);
  return EXIT.done;
}

function nameOf({ headers }: Response): string {
  return /filename="([\w.-]+)"/.exec(headers.get('content-disposition') ?? '')?.[1] ?? 'diagnostics.tar.gz';
}
