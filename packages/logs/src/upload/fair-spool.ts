import type { LogMessage } from '../log-message.ts';
import type { LogPosition } from '../log-position.ts';

/** A message that waits to be sent. */
export interface SpooledMessage {
  readonly message: LogMessage;
  /** Where it can be read again from. `null`: nowhere, it is the supervisor's own. */
  readonly origin: { readonly containerId: string; readonly position: LogPosition } | null;
}

/** Messages that wait to be sent, in one queue for each container, and one for the supervisor. */
export interface FairSpool {
  /** Characters in use; see {@link costOf}. */
  readonly cost: number;
  readonly size: number;
  /** `false`: its queue is full until {@link FairSpoolOptions.onRoom}. Further lines are still kept. */
  push(item: SpooledMessage): boolean;
  /** One of each queue in turn: a queue with many messages keeps none of the others waiting. */
  take(): SpooledMessage | undefined;
  /** Puts messages that were taken back at the front of their queues, in their order. */
  putBack(items: readonly SpooledMessage[]): void;
  /** Takes all lines of a container. */
  discard(containerId: string): readonly SpooledMessage[];
  /** Whether lines of the container wait here, or where they are kept until there is room for them. */
  isWaiting(containerId: string): boolean;
  /** Number of the supervisor's messages that were dropped since the last call. */
  takeDropped(): number;
  clear(): void;
}

export interface FairSpoolOptions {
  /** Characters. */
  readonly capacity: number;
  /** There is room again for lines of a container whose last `push` returned `false`. */
  readonly onRoom: (containerId: string) => void;
}

/** Characters that a message costs beside its text. */
const MESSAGE_OVERHEAD = 200;

/** Characters that a message costs. */
export function costOf({ message }: LogMessage): number {
  return message.length + MESSAGE_OVERHEAD;
}

/**
 * A spool of bounded size. Lines of containers stay in their source while there is no room for them. Messages of the
 * supervisor exist only here: the oldest are dropped when they take more than an eighth.
 */
export function createFairSpool({ capacity, onRoom }: FairSpoolOptions): FairSpool {
  const queues = new Map<string, Queue>();
  const stopped = new Set<string>();
  const total = { cost: 0, size: 0, dropped: 0 };

  const hasRoom = (key: string): boolean => {
    const queue = queues.get(key);
    const sharers = queues.size + (queue === undefined ? 1 : 0);
    return total.cost < capacity && (queue?.cost ?? 0) < capacity / sharers;
  };
  const takeFrom = (queue: Queue): SpooledMessage | undefined => {
    const item = queue.items.shift();
    if (item === undefined) return undefined;
    queue.cost -= costOf(item.message);
    total.cost -= costOf(item.message);
    total.size--;
    return item;
  };
  const reportRoom = (): void => {
    for (const key of stopped) {
      // Half of its share: reading restarts for many lines, not for one.
      if (total.cost > capacity / 2 || (queues.get(key)?.cost ?? 0) > capacity / (2 * Math.max(1, queues.size)))
        continue;
      stopped.delete(key);
      onRoom(key);
    }
  };

  return {
    get cost() {
      return total.cost;
    },
    get size() {
      return total.size;
    },
    push(item) {
      const key = item.origin?.containerId ?? SUPERVISOR;
      const queue = queues.get(key) ?? { items: [], cost: 0 };
      queues.set(key, queue);
      queue.items.push(item);
      queue.cost += costOf(item.message);
      total.cost += costOf(item.message);
      total.size++;
      if (key === SUPERVISOR) {
        while (queue.cost > capacity / 8 && queue.items.length > 1) {
          takeFrom(queue);
          total.dropped++;
        }
        return true;
      }
      if (hasRoom(key)) return true;
      stopped.add(key);
      return false;
    },
    take() {
      const [next] = queues;
      if (next === undefined) return undefined;
      const [key, queue] = next;
      const item = takeFrom(queue);
      // To the end of the row.
      queues.delete(key);
      if (queue.items.length > 0) queues.set(key, queue);
      reportRoom();
      return item;
    },
    putBack(items) {
      for (const item of items.toReversed()) {
        const key = item.origin?.containerId ?? SUPERVISOR;
        const queue = queues.get(key) ?? { items: [], cost: 0 };
        queues.set(key, queue);
        queue.items.unshift(item);
        queue.cost += costOf(item.message);
        total.cost += costOf(item.message);
        total.size++;
      }
    },
    discard(containerId) {
      const queue = queues.get(containerId);
      if (queue === undefined) return [];
      queues.delete(containerId);
      total.cost -= queue.cost;
      total.size -= queue.items.length;
      reportRoom();
      return queue.items;
    },
    isWaiting: (containerId) => queues.has(containerId) || stopped.has(containerId),
    takeDropped() {
      const { dropped } = total;
      total.dropped = 0;
      return dropped;
    },
    clear() {
      queues.clear();
      stopped.clear();
      Object.assign(total, { cost: 0, size: 0, dropped: 0 });
    },
  };
}

/** No id of a container. */
const SUPERVISOR = '';

interface Queue {
  readonly items: SpooledMessage[];
  cost: number;
}
