import { createContainerReaders, type ContainerReaders } from '../container-readers.ts';
import type { SystemContext } from '../log-message.ts';
import type { Clock, ContainerLogSource } from '../ports.ts';
import type { LogPosition } from '../log-position.ts';
import { createReaderNotices } from '../reader-notices.ts';
import type { WatchedContainer } from '../watched-container.ts';
import { createFairSpool, type SpooledMessage } from './fair-spool.ts';
import type { LogDestination } from './log-destination.ts';
import { createSavedPositions, type PositionStore } from './saved-positions.ts';
import { createSender, type UploadResult } from './sender.ts';

/**
 * Sends the lines of containers and the messages of the supervisor to one server.
 *
 * Lines are sent at least once. They are known to have arrived when the server has confirmed the stream that they were on,
 * a minute after its first line at the latest; what was on a stream that broke, or had been confirmed for less than a minute
 * when the process was killed, is sent again. It is read where it is kept (the journal, the engine's files), for as long as
 * it is kept there. Messages of the supervisor's own wait in memory, and end with the process.
 */
export interface LogUploader extends AsyncDisposable {
  /** Messages that the server will not get, since the start. */
  readonly dropped: number;
  /** Messages that the server has confirmed, since the start. */
  readonly sent: number;
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
  readonly positions: PositionStore;
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** The state of the connection has changed, or messages are refused. */
  readonly onResult: (result: UploadResult) => void;
  /** Up to where lines were confirmed cannot be saved. */
  readonly onFault: (error: unknown) => void;
  /** Characters that wait at most; 1,048,576 unless told. */
  readonly capacity?: number;
}

const DEFAULT_CAPACITY = 1024 * 1024;
/** Characters; longer messages are cut: the protocol takes no more. */
const LONGEST_MESSAGE = 10_000;

/** Disposing of it sends what is at hand, for 5 s at most, and remembers up to where lines were confirmed. */
export function createLogUploader(dependencies: LogUploaderDependencies): LogUploader {
  const { source, positions, clock, random, onResult, onFault, capacity = DEFAULT_CAPACITY } = dependencies;
  const saved = createSavedPositions({ store: positions, clock, onFailure: onFault });
  const counts = { dropped: 0, sent: 0 };
  let containers: readonly WatchedContainer[] = [];
  let readers: ContainerReaders | null = null;

  const spool = createFairSpool({ capacity, onRoom: (id) => readers?.resume(id) });
  const sender = createSender({
    clock,
    random,
    next: () => dropNotice(spool.takeDropped()) ?? spool.take(),
    onConfirmed(items) {
      counts.sent += items.length;
      saved.confirm(latestPositions(items));
    },
    onRefused(items) {
      saved.confirm(latestPositions(items));
      counts.dropped += items.length;
      for (const [, those] of Map.groupBy(items, ({ origin }) => origin?.containerId)) sayRefused(those);
    },
    onResult,
  });
  const push = (item: SpooledMessage): boolean => {
    const hasRoom = spool.push(item);
    sender.wake();
    return hasRoom;
  };
  const system = (message: string, context: SystemContext = {}): void => {
    if (readers === null) return;
    push({
      message: { message: cut(message, LONGEST_MESSAGE), timestamp: clock.now(), ...context, isSystem: true },
      origin: null,
    });
  };
  const sayRefused = (items: readonly SpooledMessage[]): void => {
    const [first] = items;
    const { appId, serviceId, serviceName } = first?.origin == null ? {} : first.message;
    const whose = serviceName === undefined ? '' : ` of service '${serviceName}'`;
    system(`${countOf(items.length)}${whose} dropped: the server does not take them`, {
      ...(appId === undefined ? {} : { appId }),
      ...(serviceId === undefined ? {} : { serviceId }),
      ...(serviceName === undefined ? {} : { serviceName }),
    });
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
      onLine({ id, appId, serviceId, serviceName, level }, line, position) {
        if (level === 'error' && !line.isStdErr) return true;
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
      sender.forget();
      readers = isEnabled ? startReaders() : null;
    },
    async [Symbol.asyncDispose]() {
      readers?.close();
      await readers?.closed();
      await sender[Symbol.asyncDispose]();
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
