import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Part } from './read-part.ts';

export interface ArchiveOptions {
  /** The folder that the files are in. */
  readonly folder: string;
  readonly time: Date;
  /** Receives a failure of the stream after its first bytes. */
  readonly onError: (error: unknown) => void;
}

/** The parts as a `.tar.gz`, each taken when the one before has been sent; last a list of them. */
export function createArchive(parts: AsyncIterable<Part>, { folder, time, onError }: ArchiveOptions): ReadableStream {
  const archive = pack();
  const compressed = createGzip();
  const fill = async (): Promise<void> => {
    const list: string[] = [];
    for await (const { name, content, note } of parts) {
      if (compressed.destroyed) return;
      list.push(`${name}: ${Buffer.byteLength(content)} bytes${note === null ? '' : `, ${note}`}`);
      await add(name, content);
    }
    await add('CONTENTS.txt', `${list.join('\n')}\n`);
    archive.finalize();
  };
  const add = (name: string, content: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const entry = archive.entry({ name: `${folder}/${name}`, mtime: time, mode: 0o600 }, content, (error) =>
        error == null ? resolve() : reject(error),
      );
      entry.on('error', reject);
    });
  // A client that leaves ends each of them with an error, which is no fault.
  for (const stream of [archive, compressed]) stream.on('error', () => undefined);
  void pipeline(archive, compressed).catch(() => undefined);
  void fill().catch((error: unknown) => {
    if (compressed.destroyed) return;
    onError(error);
    compressed.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return Readable.toWeb(compressed);
}
