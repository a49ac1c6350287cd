import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface ReadFigures {
  readonly path: string;
  readonly requestsPerSecond: number;
  /** Milliseconds that half of the answers took at most. */
  readonly median: number;
  /** Milliseconds that 99 of 100 answers took at most. */
  readonly p99: number;
}

export interface ReadOptions {
  /** Of the server, e.g. `http://127.0.0.1:48484`. */
  readonly origin: string;
  readonly paths: readonly string[];
  readonly connections: number;
  /** Milliseconds for each path. */
  readonly duration: number;
}

/** Parts that each measurement is cut into: the paths take turns, so that a machine that slows down slows all of them. */
const TURNS = 5;

/** Asks for each path over and over on connections that are kept, one request at a time on each. */
export async function measureReads({ origin, paths, connections, duration }: ReadOptions): Promise<ReadFigures[]> {
  const times = paths.map((): number[] => []);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(origin)));
  try {
    // The first answers are those of code that is not compiled yet.
    for (const path of paths)
      await Promise.all(sockets.map((socket) => ask(socket, path, { until: now() + 500, times: [] })));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [index, path] of paths.entries()) {
        const run = { until: now() + duration / TURNS, times: times[index] ?? [] };
        await Promise.all(sockets.map((socket) => ask(socket, path, run)));
        await delay(20);
      }
    }
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return paths.map((path, index) => {
    const sorted = (times[index] ?? []).toSorted((a, b) => a - b);
    return {
      path,
      requestsPerSecond: (sorted.length * 1000) / duration,
      median: sorted[Math.floor(sorted.length / 2)] ?? 0,
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    };
  });
}

function now(): number {
  return performance.now();
}

async function open(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

interface Run {
  readonly until: number;
  /** Milliseconds of each answer. */
  readonly times: number[];
}

/** Sends the next request when the answer to the one before is there. */
async function ask(socket: Socket, path: string, { until, times }: Run): Promise<void> {
  const request = `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`;
  const done = Promise.withResolvers<void>();
  let sent = now();
  let received = '';
  const onData = (chunk: Buffer): void => {
    received += chunk.toString('latin1');
    const length = answerLength(received);
    if (length === null || received.length < length) return;
    if (!received.startsWith('HTTP/1.1 200')) return done.reject(new Error(`${path}: ${received.slice(0, 200)}`));
    received = '';
    const at = now();
    times.push(at - sent);
    if (at >= until) return done.resolve();
    sent = at;
    socket.write(request);
  };
  socket.on('data', onData);
  socket.once('error', done.reject);
  socket.write(request);
  await done.promise;
  socket.off('data', onData);
  socket.off('error', done.reject);
}

/** Of head and body together; `null`: not known yet. */
function answerLength(received: string): number | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, end))?.[1];
  if (length !== undefined) return end + 4 + Number(length);
  const last = received.indexOf('\r\n0\r\n\r\n', end);
  return last < 0 ? null : last + 7;
}
