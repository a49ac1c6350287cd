import type { Clock } from '@device-supervisor/primitives';
import { createContainerReaders } from './container-readers.ts';
import type { LogMessage, SystemContext } from './log-message.ts';
import type { ContainerLogSource } from './ports.ts';
import { createReaderNotices } from './reader-notices.ts';
import { createSink, type LogSubscription, type Sink } from './subscription.ts';
import type { WatchedContainer } from './watched-container.ts';

/** Routes messages of the containers and of the supervisor to their readers. */
export interface LogRouter extends AsyncDisposable {
  /** Messages that readers did not get because they read too slowly, since the start. */
  readonly dropped: number;
  /** A message of the supervisor's own. */
  system(message: string, context?: SystemContext): void;
  /**
   * Sets the running containers; call it whenever one has started or ended. Their lines are read only while a reader is
   * attached. The remaining lines of a container that is gone from the list are still read.
   */
  watch(containers: readonly WatchedContainer[]): void;
  /** The messages from now on. */
  attach(options?: AttachOptions): LogSubscription;
}

export interface AttachOptions {
  /** Characters of messages that may wait for the reader, 1,048,576 by default. Beyond that the oldest are dropped. */
  readonly capacity?: number;
  /** Selects messages for the reader. Default: all. */
  readonly accepts?: (message: LogMessage) => boolean;
}

export interface LogRouterDependencies {
  readonly source: ContainerLogSource;
  readonly clock: Clock;
}

/**
 * Creates a router. Disposing of it ends what it reads, and every subscription once what waits in it has been read.
 *
 * @example
 * ```ts
 * await using router = createLogRouter({ source: engineLogSource(engine), clock });
 * router.watch(containers);
 * for await (const message of router.attach()) response.write(formatLogLine(message));
 * ```
 */
export function createLogRouter({ source, clock }: LogRouterDependencies): LogRouter {
  const sinks = new Set<Sink>();
  let isDisposed = false;
  let dropped = 0;

  const publish = (message: LogMessage): void => {
    for (const sink of sinks) sink.push(message);
  };
  const system = (message: string, context: SystemContext = {}): void => {
    publish({ message, timestamp: clock.now(), ...context, isSystem: true });
  };
  const readers = createContainerReaders({
    source,
    clock,
    onLine({ appId, serviceId, serviceName, level }, { message, timestamp, isStdErr }) {
      if (level === 'error' && !isStdErr) return true;
      publish({ message, timestamp, serviceName, serviceId, appId, ...(isStdErr ? { isStdErr } : {}) });
      return true;
    },
    ...createReaderNotices(system),
  });
  const detach = (sink: Sink): void => {
    sinks.delete(sink);
    if (sinks.size === 0) readers.close();
  };

  return {
    get dropped() {
      return dropped;
    },
    system,
    watch: (containers) => readers.watch(containers),
    attach({ capacity = DEFAULT_CAPACITY, accepts = () => true } = {}) {
      const sink = createSink({
        clock,
        capacity,
        accepts,
        onEnd: () => detach(sink),
        onDrop: (count) => (dropped += count),
      });
      if (isDisposed) {
        sink.end();
        return sink.subscription;
      }
      sinks.add(sink);
      if (sinks.size === 1) readers.open();
      return sink.subscription;
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      for (const sink of sinks) sink.end();
      readers.close();
      await readers.closed();
    },
  };
}

const DEFAULT_CAPACITY = 1024 * 1024;
