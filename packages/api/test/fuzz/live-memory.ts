import { on, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';

const USAGE = z.object({ id: z.number(), result: z.object({ usedSize: z.number(), backingStorageSize: z.number() }) });
const COLLECT = 1;
const READ = 2;

/** Readings, and milliseconds between them: a connection that is kept for a next request lives for five seconds. */
const READINGS = 6;
const INTERVAL = 1500;

/**
 * Bytes that a Node.js process still refers to when it rests: the least of some readings, since what the last requests began
 * ends a little later than they do. Resident memory says little about leaks: it depends on when the collector ran last.
 *
 * @param inspector where the process listens with `--inspect`, `ws://…`
 */
export async function memoryAtRest(inspector: string): Promise<number> {
  let least = Infinity;
  for (let reading = 0; reading < READINGS; reading += 1) {
    await setTimeout(INTERVAL);
    least = Math.min(least, await liveMemory(inspector));
  }
  return least;
}

/** @returns bytes of the heap after a garbage collection, and of buffers */
async function liveMemory(inspector: string): Promise<number> {
  const socket = new WebSocket(inspector);
  try {
    await once(socket, 'open');
    // Both answers may come at once: a listener for the next one alone would miss the second.
    const messages = on(socket, 'message');
    socket.send(JSON.stringify({ id: COLLECT, method: 'HeapProfiler.collectGarbage' }));
    socket.send(JSON.stringify({ id: READ, method: 'Runtime.getHeapUsage' }));
    for await (const [message] of messages) {
      const usage = USAGE.safeParse(JSON.parse(z.object({ data: z.string() }).parse(message).data));
      if (usage.data?.id === READ) return usage.data.result.usedSize + usage.data.result.backingStorageSize;
    }
    throw new Error('the process answers nothing about its memory');
  } finally {
    socket.close();
  }
}
