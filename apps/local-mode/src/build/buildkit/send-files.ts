import { open, readlink, type FileHandle } from 'node:fs/promises';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { ContextFile } from '../context-files.ts';
import type { FileStat, Packet } from './messages.ts';

/** A file that is sent: one of this machine, or content that only exists here. */
export type SentFile = ContextFile | { readonly name: string; readonly content: Uint8Array };

export type FileStream = Pick<ServerDuplexStream<Packet, Packet>, 'write' | 'end' | 'once' | 'iterator'>;

export interface SentAmount {
  readonly files: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Bytes that the engine did not have yet. */
  readonly sent: number;
}

const CHUNK = 64 * 1024;

/**
 * Sends a folder to the engine: first what there is, and then the content of the files that the engine asks for, which are
 * those that it does not have from an earlier build.
 *
 * @param files each folder before its contents, sorted by the bytes of the names
 */
export async function sendFiles(files: AsyncIterable<SentFile>, stream: FileStream): Promise<SentAmount> {
  const sources = new Map<number, SentFile>();
  const amount = { files: 0, bytes: 0, sent: 0 };
  const list = async (): Promise<void> => {
    let id = 0;
    for await (const file of files) {
      const stat = await statOf(file);
      if (stat === null) continue;
      if ((stat.mode & GO_TYPE_BITS) === 0) {
        sources.set(id, file);
        amount.files += 1;
        amount.bytes += stat.size;
      }
      id += 1;
      await write(stream, { type: 'stat', stat });
    }
    await write(stream, { type: 'stat', stat: null });
  };
  const answer = async (): Promise<void> => {
    // Leaving the loop must not end the stream: the answer to the last message has not been sent.
    const packets: AsyncIterable<Packet> = stream.iterator({ destroyOnReturn: false });
    for await (const packet of packets) {
      if (packet.type === 'error') throw new Error(packet.message);
      if (packet.type === 'request') amount.sent += await sendContent(packet.id, sources.get(packet.id), stream);
      if (packet.type !== 'finish') continue;
      await write(stream, { type: 'finish' });
      return;
    }
  };
  await Promise.all([list(), answer()]);
  stream.end();
  return amount;
}

/** @returns the bytes sent. A file that has vanished counts as empty, as for docker. */
async function sendContent(id: number, file: SentFile | undefined, stream: FileStream): Promise<number> {
  let sent = 0;
  for await (const data of contentOf(file)) {
    sent += data.byteLength;
    await write(stream, { type: 'data', id, data });
  }
  await write(stream, { type: 'data', id, data: new Uint8Array() });
  return sent;
}

async function* contentOf(file: SentFile | undefined): AsyncGenerator<Uint8Array> {
  if (file === undefined) return;
  if ('content' in file) {
    yield file.content;
    return;
  }
  const handle = await openIfPresent(file.path);
  if (handle === null) return;
  for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK })) yield Buffer.from(chunk);
}

async function openIfPresent(path: string): Promise<FileHandle | null> {
  try {
    return await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function write(stream: FileStream, packet: Packet): Promise<void> {
  if (stream.write(packet)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once('drain', resolve);
  // A stream that has ended drains no more.
  stream.once('close', resolve);
  await promise;
}

/** Bits of Go's `os.FileMode` (package io/fs): those of the type, and those that have another place than in `stat`. */
const GO = { folder: 2 ** 31, link: 2 ** 27, setUid: 2 ** 23, setGid: 2 ** 22, sticky: 2 ** 20 } as const;
const GO_TYPE_BITS = (GO.folder | GO.link) >>> 0;

/** `null`: neither file nor folder nor link, and so not sent, as by docker. */
async function statOf(file: SentFile): Promise<FileStat | null> {
  const { name: path } = file;
  if ('content' in file) return { path, mode: 0o644, size: file.content.byteLength, modified: 0, linkName: '' };
  const { stats, mode } = file;
  const permissions =
    (mode & 0o777) |
    (mode & 0o4000 ? GO.setUid : 0) |
    (mode & 0o2000 ? GO.setGid : 0) |
    (mode & 0o1000 ? GO.sticky : 0);
  const common = { path, size: 0, modified: stats.mtimeMs, linkName: '' };
  if (stats.isDirectory()) return { ...common, mode: (permissions | GO.folder) >>> 0 };
  if (stats.isSymbolicLink()) {
    return { ...common, mode: (0o777 | GO.link) >>> 0, linkName: await readlink(file.path) };
  }
  return stats.isFile() ? { ...common, mode: permissions >>> 0, size: stats.size } : null;
}
