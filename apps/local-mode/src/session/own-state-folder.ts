import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * Makes this process the only one that looks after a state folder, until it is disposed of or the process ends, however it
 * does: the kernel takes the lock back by itself.
 *
 * @returns `null` when another process has it
 */
export async function ownStateFolder(directory: string): Promise<AsyncDisposable | null> {
  const name = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  try {
    // A socket with a name in the kernel's memory, not in a file system, so that nothing is ever left behind.
    server.listen({ path: `\0device-supervisor-local-mode-${name}` });
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
