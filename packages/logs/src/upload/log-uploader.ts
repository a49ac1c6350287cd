import type { Clock } from '@device-supervisor/primitives';
import { createContainerReaders, type ContainerReaders } from '../container-readers.ts';
import { contextOf, type SystemContext } from '../log-message.ts';
import type { ContainerLogSource } from '../ports.ts';
import type { LogPosition } from '../log-position.ts';
import { createReaderNotices } from '../reader-notices.ts';
import type { WatchedContainer } from '../watched-container.ts';
import { createBacklog } from './backlog.ts';
import { createFairSpool, type SpooledMessage } from './fair-spool.ts';
import type { LogDestination } from './log-destination.ts';
import { createSavedPositions, type PositionStore } from './saved-positions.ts';
import { createSender, type UploadResult } from './sender.ts';

/**
 * Sends the lines of containers and the messages of the supervisor to one server.
 *
 * Lines are sent at least once, no faster than the server stores them. The server confirms a stream at its end, after 20
 * lines or a minute: so 20 lines at most are sent again when the connection breaks or the process is killed. Waiting lines are
 * read from their source (the journal, the engine's files) while the source still has it. Messages of the supervisor wait in
 * memory, and end with the process.
 */
export interface LogUploader extends AsyncDisposable {
  /** Messages that the server will not get, since the start. */
  readonly dropped: number;
  /** Messages that the server has confirmed, since the start. */
  readonly sent: number;
  /** Lines that were sent later than a second after the server could have had them, because of the pace; since the start. */
  readonly delayed: number;
  /** Messages that wait in memory now. */
  readonly waiting: number;
  /** A message of the supervisor's own. */
  system(message: string, context?: SystemContext): void;
  /** The containers that there are; to be called whenever one of them has started or ended. */
  watch(containers: readonly WatchedContainer[]): void;
  /** Begins to send, also what has waited. */
  connect(destination: LogDestination): void;
  /** Off: sends nothing and forgets what waits. On again: what is written from then on. On at the start. */
  enable(isEnabled: boolean): void;
}

export interface LogUploaderDependencies {
  readonly source: ContainerLogSource;
  /** Where the positions of confirmed lines survive a boot. */
  readonly positions: PositionStore;
  /** Where they survive the end of the process: a file in memory. */
  readonly quickPositions: PositionStore;
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Messages arrive again, or do not arrive any more. */
  readonly onResult: (result: UploadResult) => void;
  /** The positions of confirmed lines cannot be saved. */
  readonly onFault: (error: unknown) => void;
  /** Characters that wait at most, 1,048,576 by default. */
  readonly capacity?: number;
}

const DEFAULT_CAPACITY = 1024 * 1024;
/** Characters; longer messages are cut: the protocol takes no more. */
const LONGEST_MESSAGE = 10_000;

/** Disposing of it sends what is at hand, for 5 s at most, and saves the positions of the confirmed lines. */
export function createLogUploader(dependencies: LogUploaderDependencies): LogUploader {
  const { source, clock, random, onResult, onFault, capacity = DEFAULT_CAPACITY } = dependencies;
  const { positions: store, quickPositions: quickStore } = dependencies;
  const saved = createSavedPositions({ store, quickStore, clock, onFailure: onFault });
  const counts = { dropped: 0, sent: 0 };
  let containers: readonly WatchedContainer[] = [];
  let readers: ContainerReaders | null = null;

  const spool = createFairSpool({ capacity, onRoom: (id) => readers?.resume(id) });
  const backlog = createBacklog({
    clock,
    say: (message, context) => system(message, context),
    discard(id) {
      const items = spool.discard(id);
      return { count: items.length, position: items.at(-1)?.origin?.position ?? null };
    },
    onSkipped({ containerId, context, count, position }) {
      counts.dropped += count;
      const { serviceName } = context;
      const text = `${countOf(count)} of service '${serviceName}' skipped: they waited for too long, newer ones come first`;
      const message = { message: text, timestamp: clock.now(), ...context, isSystem: true } as const;
      // Its position says that what was skipped is done with.
      push({ message, origin: { containerId, position } });
    },
  });
  const take = (): SpooledMessage | undefined => {
    const item = spool.take();
    if (item !== undefined) backlog.taken(item, item.origin === null || !spool.isWaiting(item.origin.containerId));
    return item;
  };
  const sender = createSender({
    clock,
    random,
    next: () => dropNotice(spool.takeDropped()) ?? take(),
    onConfirmed(items) {
      counts.sent += items.length;
      saved.confirm(latestPositions(items));
      backlog.connected();
    },
    onReturned(items) {
      backlog.disconnected();
      spool.putBack(items);
    },
    onRefused(items) {
      saved.confirm(latestPositions(items));
      counts.dropped += items.length;
      for (const [, those] of Map.groupBy(items, ({ origin }) => origin?.containerId)) sayRefused(those);
    },
    onResult,
  });
  function push(item: SpooledMessage): boolean {
    const hasRoom = spool.push(item);
    sender.wake();
    return hasRoom;
  }
  function system(message: string, context: SystemContext = {}): void {
    if (readers === null) return;
    push({
      message: { message: cut(message, LONGEST_MESSAGE), timestamp: clock.now(), ...context, isSystem: true },
      origin: null,
    });
  }
  const sayRefused = (items: readonly SpooledMessage[]): void => {
    const [first] = items;
    const context = first?.origin == null ? {} : contextOf(first.message);
    const whose = context.serviceName === undefined ? '' : ` of service '${context.serviceName}'`;
    system(`${countOf(items.length)}${whose} dropped: the server does not take them`, context);
  };
  const dropNotice = (count: number): SpooledMessage | undefined => {
    if (count === 0) return undefined;
    counts.dropped += count;
    return { message: { message: `${countOf(count)} dropped`, timestamp: clock.now(), isSystem: true }, origin: null };
  };
  const startReaders = (): ContainerReaders => {
    const started = createContainerReaders({
      source,
      clock,
      resume: saved.resume,
      onLine(container, line, position) {
        const { id, appId, serviceId, serviceName, level } = container;
        if (level === 'error' && !line.isStdErr) return true;
        if (!backlog.admits(container, line, position)) return true;
        const { message, timestamp, isStdErr } = line;
        const text = cut(message, LONGEST_MESSAGE);
        return push({
          message: { message: text, timestamp, serviceName, serviceId, appId, ...(isStdErr ? { isStdErr } : {}) },
          origin: { containerId: id, position },
        });
      },
      ...createReaderNotices(system),
    });
    started.open();
    started.watch(containers);
    return started;
  };

  readers = startReaders();
  return {
    get dropped() {
      return counts.dropped;
    },
    get sent() {
      return counts.sent;
    },
    get delayed() {
      return backlog.delayed;
    },
    get waiting() {
      return spool.size;
    },
    system,
    watch(list) {
      containers = list;
      saved.keep(new Set(list.map(({ id }) => id)));
      readers?.watch(list);
    },
    connect(destination) {
      sender.connect(destination);
    },
    enable(isEnabled) {
      if (isEnabled === (readers !== null)) return;
      saved.reset();
      readers?.close();
      spool.clear();
      backlog.clear();
      sender.forget();
      readers = isEnabled ? startReaders() : null;
    },
    async [Symbol.asyncDispose]() {
      readers?.close();
      await readers?.closed();
      await sender[Symbol.asyncDispose]();
      backlog.clear();
      saved[Symbol.dispose]();
    },
  };
}

function latestPositions(items: readonly SpooledMessage[]): Map<string, LogPosition> {
  const positions = new Map<string, LogPosition>();
  for (const { origin } of items) if (origin !== null) positions.set(origin.containerId, origin.position);
  return positions;
}

function countOf(messages: number): string {
  return `${messages} ${messages === 1 ? 'message' : 'messages'}`;
}

/** Does not leave half a character at the end. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const isHalf = last >= 0xd8_00 && last <= 0xdb_ff;
  // A copy: a part of a string keeps all of it in memory, and a line may be a hundred times as long.
  return new TextDecoder().decode(new TextEncoder().encode(text.slice(0, isHalf ? length - 1 : length)));
}
