import type { EngineEvent } from '@device-supervisor/device';
import { EventQueue } from './event-queue.ts';

/**
 * Serves one consumer: `connected` when `connect` has resolved, then what is pushed to its queue, until the signal is
 * aborted.
 *
 * @param queues those of all consumers; this one's is among them from the begin to the end
 */
export async function* serveEvents(
  queues: Set<EventQueue>,
  connect: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent, void> {
  if (signal.aborted) return;
  const queue = new EventQueue();
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => {
    queue.end();
    aborted.resolve();
  };
  signal.addEventListener('abort', abort, { once: true });
  queues.add(queue);
  try {
    await Promise.race([connect(), aborted.promise]);
    if (signal.aborted) return;
    yield { kind: 'connected' };
    for await (const event of queue) {
      if (signal.aborted) return;
      yield event;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    queues.delete(queue);
  }
}
