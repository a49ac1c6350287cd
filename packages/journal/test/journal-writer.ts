import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface WrittenEntry {
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly fields: Readonly<Record<string, string | Buffer>>;
}

/** Makes a journal file, as `systemd-journald` does. */
export interface JournalWriter {
  write(...entries: readonly WrittenEntry[]): Promise<void>;
  /** Many short lines, a millisecond apart from a time on (µs since the epoch). */
  writeLines(count: number, start: number): Promise<void>;
  /** Finishes the file. */
  close(): Promise<void>;
}

/** Starts a writer of a journal file in a directory. Needs the Debian package systemd-journal-remote. */
export function startJournalWriter(directory: string): JournalWriter {
  const child: ChildProcessByStdio<Writable, null, Readable> = spawn(
    '/lib/systemd/systemd-journal-remote',
    [`--output=${join(directory, 'test.journal')}`, '-'],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const exit = once(child, 'exit');
  const stderr = text(child.stderr);
  const send = async (data: string | Buffer): Promise<void> => {
    if (!child.stdin.write(data)) await once(child.stdin, 'drain');
  };
  return {
    async write(...entries) {
      for (const entry of entries) await send(exported(entry));
    },
    async writeLines(count, start) {
      for (let from = 0; from < count; from += BATCH) {
        const indexes = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => from + index);
        await send(indexes.map((index) => `${head(start + index * 1_000)}MESSAGE=line ${index}\n\n`).join(''));
      }
    },
    async close() {
      child.stdin.end();
      const [code] = await exit;
      if (code !== 0) throw new Error(`systemd-journal-remote ended with exit code ${code}: ${await stderr}`);
    },
  };
}

const BOOT_ID = '0123456789abcdef0123456789abcdef';

/** Entries that are written at once. */
const BATCH = 10_000;

/** The journal export format; every value with its length, which suits all of them. */
function exported({ time, fields }: WrittenEntry): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return [Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')];
  });
  return Buffer.concat([Buffer.from(head(time)), ...parts, Buffer.from('\n')]);
}

function head(time: number): string {
  return `__REALTIME_TIMESTAMP=${time}\n__MONOTONIC_TIMESTAMP=${time % 1e15}\n_BOOT_ID=${BOOT_ID}\n`;
}
