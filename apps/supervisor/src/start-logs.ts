import type { Clock, Device, DeviceState } from '@device-supervisor/device';
import { systemMessage } from '@device-supervisor/device';
import { NotFoundError, type Engine } from '@device-supervisor/engine';
import { followJournal, JournalUnavailableError } from '@device-supervisor/journal';
import {
  createLogRouter,
  engineLogSource,
  journalLogSource,
  type ContainerLogSource,
  type LogRouter,
  type WatchedContainer,
} from '@device-supervisor/logs';

export interface LogDependencies {
  readonly device: Device;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly print: (message: string) => void;
}

/** Brings the lines of services, and what the device does, to everybody who reads them, and the latter to `print`. */
export function startLogs({ device, engine, clock, print }: LogDependencies): LogRouter {
  const router = createLogRouter({ source: logSource(engine), clock });
  const subscription = device.subscribe((event) => {
    if (event.type === 'state-changed') router.watch(runningContainers(device.state()));
    const said = systemMessage(event);
    if (said === null) return;
    print(said.message);
    router.system(said.message, {
      ...(said.appId === null ? {} : { appId: said.appId }),
      ...(said.service === null ? {} : { serviceName: said.service }),
    });
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

/** The journal where the engine logs there and it can be read, else the engine's own log streams. */
function logSource(engine: Engine): ContainerLogSource {
  const fromEngine = engineLogSource(engine);
  const fromJournal = journalLogSource(followJournal);
  return {
    async *follow(container, since, signal) {
      const { loggingDriver } = await engine.info();
      if (loggingDriver === 'journald') {
        try {
          yield* fromJournal.follow(container, since, signal);
          return;
        } catch (error) {
          if (!(error instanceof JournalUnavailableError)) throw error;
        }
      }
      try {
        yield* fromEngine.follow(container, since, signal);
      } catch (error) {
        // It was removed meanwhile: there is nothing more to read.
        if (!(error instanceof NotFoundError)) throw error;
      }
    },
  };
}

function runningContainers({ apps }: DeviceState): WatchedContainer[] {
  return apps.flatMap(({ id: appId, services }) =>
    services.flatMap(({ name, serviceId, containerId, status }) =>
      containerId === null || status !== 'Running'
        ? []
        : [{ id: containerId, name, appId, serviceId, serviceName: name, level: 'all' as const }],
    ),
  );
}
