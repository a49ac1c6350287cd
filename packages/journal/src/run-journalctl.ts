import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { JournalFailedError, JournalUnavailableError } from './errors.ts';

/**
 * Yields what `journalctl` prints, in chunks. The program waits while the consumer is busy, and is terminated when the
 * iteration ends: with the output, by the signal, or by the consumer.
 *
 * @throws JournalUnavailableError, JournalFailedError
 */
export async function* runJournalctl(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  if (signal.aborted) return;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new JournalUnavailableError(command, error);
  }
  const exit = once(child, 'exit');
  const stderr = tailOf(child.stderr);
  const end = (): void => stop(child);
  signal.addEventListener('abort', end, { once: true });
  try {
    if (signal.aborted) return;
    for await (const chunk of child.stdout) if (Buffer.isBuffer(chunk)) yield chunk;
    const failure = await failureOf(exit, stderr);
    if (failure !== null && !signal.aborted) throw failure;
  } catch (error) {
    // The pipe was closed under the reader, on purpose.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', end);
    stop(child);
    await exit;
  }
}

type Journalctl = ChildProcessByStdio<null, Readable, Readable>;

/** It has nothing to tidy up; and closing the pipes ends whatever it has started itself. */
function stop(child: Journalctl): void {
  child.kill('SIGKILL');
  child.stdout.destroy();
  child.stderr.destroy();
}

/** Characters. */
const MAX_STDERR = 2_000;

/** Its last words may come to be read after the child's end. */
function tailOf(stream: Readable): () => Promise<string> {
  let tail = '';
  const closed = once(stream, 'close');
  stream.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-MAX_STDERR)));
  return async () => {
    await closed;
    return tail.trim();
  };
}

async function failureOf(exit: Promise<unknown[]>, stderr: () => Promise<string>): Promise<JournalFailedError | null> {
  const [code, signal] = await exit;
  if (code === 0) return null;
  return new JournalFailedError({
    exitCode: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
    stderr: await stderr(),
  });
}
