import { systemMessage, type Clock, type Device } from '@device-supervisor/device';
import {
  createLogRouter,
  type ContainerLogSource,
  type LogLevel,
  type LogRouter,
  type LogUploader,
  type WatchedContainer,
} from '@device-supervisor/logs';
import type { Logger } from '../log/create-logger.ts';

export interface LogDependencies {
  readonly device: Device;
  readonly source: ContainerLogSource;
  /** `null`: there is no cloud. */
  readonly uploader: LogUploader | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Routes the lines of services and the messages of the device to all readers, and the latter also to the log. */
export function startLogs({ device, source, uploader, clock, ...rest }: LogDependencies): LogRouter {
  const log = rest.log.component('device');
  const router = createLogRouter({ source, clock });
  const subscription = device.subscribe((event) => {
    if (event.type === 'state-changed') {
      const containers = containersOf(device);
      router.watch(containers);
      uploader?.watch(containers);
    }
    const message = systemMessage(event);
    if (message === null) return;
    log.info(message.message);
    const context = {
      ...(message.appId === null ? {} : { appId: message.appId }),
      ...(message.service === null ? {} : { serviceName: message.service }),
    };
    router.system(message.message, context);
    uploader?.system(message.message, context);
  });
  return {
    ...router,
    get dropped() {
      return router.dropped;
    },
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await router[Symbol.asyncDispose]();
    },
  };
}

/** While these hold, a container may write lines. */
const WRITING: ReadonlySet<string> = new Set([
  'Running',
  'Stopping',
  'Handing over',
  'Awaiting handover',
  'paused',
  'restarting',
]);

/** The containers that run, and those that have ended and may have left something to read. */
function containersOf(device: Device): WatchedContainer[] {
  return device.state().apps.flatMap(({ id: appId, services }) =>
    services.flatMap(({ name, serviceId, containerId, status }) => {
      const hasEnded = status === 'exited' || status === 'Dead';
      if (containerId === null || (!hasEnded && !WRITING.has(status))) return [];
      const level = levelOf(device.environment(containerId)?.['BALENA_LOGS_LEVEL']);
      const container = { id: containerId, name, appId, serviceId, serviceName: name, level };
      return [hasEnded ? { ...container, hasEnded } : container];
    }),
  );
}

/** The log level that a service sets for its own lines. */
function levelOf(value: string | undefined): LogLevel {
  switch (value?.toLowerCase()) {
    case 'none':
      return 'none';
    case 'err':
    case 'error':
      return 'error';
    default:
      return 'all';
  }
}
