import type { FileToPut } from '@device-supervisor/compose';
import { pack } from 'tar-stream';
import { EngineRequestError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';

/** Writes files into a container that is not started yet, as one archive. */
export async function putFiles(transport: Transport, container: string, files: readonly FileToPut[]): Promise<void> {
  try {
    await putBelow(transport, container, { directory: '/', files });
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    // Where the container itself is read-only, its volumes are not.
    for (const [directory, some] of Map.groupBy(files, ({ path }) => path.slice(0, path.lastIndexOf('/')))) {
      await putBelow(transport, container, { directory, files: some });
    }
  }
}

async function putBelow(
  transport: Transport,
  container: string,
  { directory, files }: { readonly directory: string; readonly files: readonly FileToPut[] },
): Promise<void> {
  await transport.send({
    method: 'PUT',
    path: `/containers/${encodeURIComponent(container)}/archive`,
    query: { path: directory },
    archive: await archiveOf(directory, files),
  });
}

async function archiveOf(directory: string, files: readonly FileToPut[]): Promise<Buffer> {
  const archive = pack();
  const prefix = directory.endsWith('/') ? directory : `${directory}/`;
  for (const { path, mode, uid, gid, content } of files) {
    archive.entry({ name: path.slice(prefix.length), mode, uid, gid }, content.reveal());
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isReadOnly(error: unknown): boolean {
  return error instanceof EngineRequestError && /rootfs is marked read-only/.test(error.message);
}
