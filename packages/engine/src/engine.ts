import type { Clock, DeviceEngine } from '@device-supervisor/device';
import { createContainerActions } from './containers/container-actions.ts';
import { EventSubscription } from './events/event-subscription.ts';
import { pullImage } from './images/pull-image.ts';
import { readContainerLogs, type ContainerLogLine, type ContainerLogsOptions } from './logs/container-logs.ts';
import { InspectionCache } from './observe/inspection-cache.ts';
import { createObserver } from './observe/observer.ts';
import { createResourceActions } from './resources/resource-actions.ts';
import type { EngineTls } from './transport/endpoint.ts';
import { SYSTEM_CLOCK } from './transport/system-clock.ts';
import { createTransport } from './transport/transport.ts';
import { InfoAnswer, VersionAnswer } from './wire/engine-wire.ts';

/** A Docker or balenaEngine. Every call rejects with an `EngineUnreachableError` when nobody answers in time. */
export interface Engine extends DeviceEngine, AsyncDisposable {
  /** Is somebody there? */
  ping(): Promise<void>;
  info(): Promise<EngineInfo>;
  /**
   * The lines that a container wrote, oldest first; read from the engine only as fast as they are taken. Ends with the
   * container, or when the signal is aborted.
   *
   * @param container its id or name
   * @throws {NotFoundError} when there is no such container
   */
  containerLogs(container: string, options: ContainerLogsOptions, signal: AbortSignal): AsyncIterable<ContainerLogLine>;
}

export interface EngineInfo {
  readonly version: string;
  /** e.g. `1.41`. */
  readonly apiVersion: string;
  /** Log driver of containers that ask for none, e.g. `journald`. */
  readonly loggingDriver: string;
  /** Path on the host. */
  readonly dataRoot: string;
  /** e.g. `x86_64`. */
  readonly architecture: string;
  /** e.g. `balenaOS 5.1.20`. */
  readonly operatingSystem: string;
}

export interface EngineOptions {
  /** `unix:///path`, `tcp://host:port`, `http://host:port` or `https://host:port`. */
  readonly endpoint: string;
  readonly tls?: EngineTls;
  /** The machine's unless told. */
  readonly clock?: Clock;
  /**
   * Milliseconds that a call may take, 60000 unless told. Stopping has the container's own time on top; creating,
   * starting and removing may take five times as long; a pull has no limit.
   */
  readonly callTimeout?: number;
}

const DEFAULT_CALL_TIMEOUT_MS = 60_000;

/**
 * Adapter to a Docker engine or balenaEngine (API 1.40 and newer). Connects when it is first used.
 *
 * @example
 * ```ts
 * await using engine = createEngine({ endpoint: 'unix:///var/run/docker.sock' });
 * const { containers } = await engine.observe({ imageReferences: [] });
 * ```
 * @throws {TypeError} when the endpoint is none
 */
export function createEngine({ endpoint, tls, clock = SYSTEM_CLOCK, callTimeout }: EngineOptions): Engine {
  const transport = createTransport({
    endpoint,
    clock,
    callTimeout: callTimeout ?? DEFAULT_CALL_TIMEOUT_MS,
    ...(tls === undefined ? {} : { tls }),
  });
  const cache = new InspectionCache(clock);
  const subscription = new EventSubscription(transport, {
    connected: () => cache.open(),
    containerChanged: (id) => cache.invalidate(id),
    lost: () => cache.close(),
  });

  return {
    ...createContainerActions(transport, (container) => cache.invalidate(container)),
    ...createResourceActions(transport),
    pullImage: (reference, options) => pullImage(transport, reference, options),
    observe: createObserver({ transport, subscription, cache }),
    events: (signal) => subscription.events(signal),
    containerLogs: (container, options, signal) => readContainerLogs(transport, container, { ...options, signal }),
    async ping() {
      await transport.send({ method: 'GET', path: '/_ping' });
    },
    async info() {
      const [info, version] = await Promise.all([
        transport.request({ method: 'GET', path: '/info' }, InfoAnswer),
        transport.request({ method: 'GET', path: '/version' }, VersionAnswer),
      ]);
      return {
        version: info.ServerVersion,
        apiVersion: version.ApiVersion,
        loggingDriver: info.LoggingDriver,
        dataRoot: info.DockerRootDir,
        architecture: info.Architecture,
        operatingSystem: info.OperatingSystem,
      };
    },
    async [Symbol.asyncDispose]() {
      await subscription[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
    },
  };
}
