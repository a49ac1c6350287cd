import { formatError } from '@device-supervisor/errors';
import type { SystemContext } from './log-message.ts';
import type { LogPosition } from './log-position.ts';
import type { ContainerLogLine } from './ports.ts';
import type { WatchedContainer } from './watched-container.ts';

/** The supervisor's messages in the log of a service about the reading of that log. */
export interface ReaderNotices {
  onFailure(container: WatchedContainer, error: unknown): void;
  onGap(container: WatchedContainer, position: LogPosition, first: ContainerLogLine): void;
}

export function createReaderNotices(system: (message: string, context: SystemContext) => void): ReaderNotices {
  return {
    onFailure(container, error) {
      const { serviceName } = container;
      system(`Cannot read the logs of service '${serviceName}': ${formatError(error)}`, contextOf(container));
    },
    onGap(container, { timestamp }, first) {
      // Their number is unknown: neither a journal nor an engine counts the lines of a container.
      const [from, to] = [timestamp, first.timestamp].map((time) => new Date(time).toISOString());
      const text = `Messages of service '${container.serviceName}' between ${from} and ${to} may be missing`;
      system(`${text}: they are kept no longer`, contextOf(container));
    },
  };
}

function contextOf({ appId, serviceId, serviceName }: WatchedContainer): SystemContext {
  return { appId, serviceId, serviceName };
}
