import type { LogMessage } from './log-message.ts';

/** Messages that wait for their reader, in the order in which they came. */
export interface MessageBuffer {
  /** Messages. */
  readonly size: number;
  /** How many there was no room for. */
  readonly dropped: number;
  push(message: LogMessage): void;
  shift(): LogMessage | undefined;
  /** {@link dropped}, which is 0 from then on. */
  takeDropped(): number;
}

/**
 * A buffer of bounded size. When it is full, the oldest message of the largest producer is dropped: a noisy service
 * loses its own messages, never those of the others.
 *
 * @param capacity characters; a message costs 100 more than its text. One message fits always
 */
export function createMessageBuffer(capacity: number): MessageBuffer {
  const queues = new Map<string, Queue>();
  const total = { size: 0, cost: 0, dropped: 0 };
  let sequence = 0;

  const takeFrom = (queue: Queue): LogMessage | undefined => {
    const message = queue.items.shift()?.message;
    if (message === undefined) return undefined;
    queue.cost -= costOf(message);
    total.cost -= costOf(message);
    total.size--;
    if (queue.items.length === 0) queues.delete(queue.key);
    return message;
  };

  return {
    get size() {
      return total.size;
    },
    get dropped() {
      return total.dropped;
    },
    push(message) {
      const key = keyOf(message);
      const queue = queues.get(key) ?? { key, items: [], cost: 0 };
      queues.set(key, queue);
      queue.items.push({ message, sequence: sequence++ });
      queue.cost += costOf(message);
      total.cost += costOf(message);
      total.size++;
      while (total.cost > capacity && total.size > 1) {
        takeFrom(best(queues, (a, b) => a.cost > b.cost) ?? queue);
        total.dropped++;
      }
    },
    shift() {
      const oldest = best(queues, (a, b) => firstSequence(a) < firstSequence(b));
      return oldest === undefined ? undefined : takeFrom(oldest);
    },
    takeDropped() {
      const { dropped } = total;
      total.dropped = 0;
      return dropped;
    },
  };
}

/** Characters that a message is taken for beside its text. */
const MESSAGE_OVERHEAD = 100;

/** The waiting messages of one service, or of the supervisor. */
interface Queue {
  readonly key: string;
  readonly items: { readonly message: LogMessage; readonly sequence: number }[];
  cost: number;
}

function keyOf({ isSystem, appId, serviceName }: LogMessage): string {
  return isSystem === true ? 'system' : `${appId}/${serviceName}`;
}

function costOf({ message }: LogMessage): number {
  return message.length + MESSAGE_OVERHEAD;
}

function firstSequence({ items }: Queue): number {
  return items[0]?.sequence ?? Number.POSITIVE_INFINITY;
}

function best(queues: ReadonlyMap<string, Queue>, isBetter: (a: Queue, b: Queue) => boolean): Queue | undefined {
  let found: Queue | undefined;
  for (const queue of queues.values()) {
    if (found === undefined || isBetter(queue, found)) found = queue;
  }
  return found;
}
