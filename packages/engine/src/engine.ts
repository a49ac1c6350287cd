import type { ContainerToCreate } from '@device-supervisor/compose';
import type { Clock, DeltaResolver, DeviceEngine, RegistryCredentials } from '@device-supervisor/device';
import { systemClock } from '@device-supervisor/primitives/system-clock';
import { createContainerActions } from './containers/container-actions.ts';
import { EventSubscription } from './events/event-subscription.ts';
import { createStreamGuard } from './events/stream-guard.ts';
import { createImagePuller } from './images/pull-image.ts';
import { readContainerLogs, type ContainerLogLine, type ContainerLogsOptions } from './logs/container-logs.ts';
import { AbilityReader } from './observe/ability-reader.ts';
import { InspectionCache } from './observe/inspection-cache.ts';
import { Changes } from './observe/changes.ts';
import { createContainerInspector } from './observe/container-inspector.ts';
import { createEngineLists } from './observe/engine-lists.ts';
import { ImageInspector } from './observe/image-inspector.ts';
import { KnownValues } from './observe/known-values.ts';
import { createObserver } from './observe/observer.ts';
import { createResourceActions } from './resources/resource-actions.ts';
import type { EngineTls } from './transport/endpoint.ts';
import { createTransport } from './transport/transport.ts';
import { readContainerUsage, type ContainerUsage } from './usage/container-usage.ts';
import { InfoAnswer, VersionAnswer } from './wire/engine-wire.ts';

/** A Docker or balenaEngine. Every call rejects with an `EngineUnreachableError` when there is no answer in time. */
export interface Engine extends DeviceEngine, AsyncDisposable {
  /** Whether the engine answers. */
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
  /**
   * Resource usage of a container.
   *
   * @param container its id or name
   * @throws {NotFoundError} when there is no such container
   */
  containerUsage(container: string): Promise<ContainerUsage>;
}

export interface EngineInfo {
  /** Stays the same for as long as the engine's data does; empty: the engine does not say. */
  readonly id: string;
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
  /** e.g. `linux`. */
  readonly osType: string;
  readonly registries: EngineRegistries;
}

/** The registries in the engine's configuration. */
export interface EngineRegistries {
  /** Hosts that it may talk to without TLS, or whose certificates it does not check; e.g. `registry.local:5000`. */
  readonly insecureHosts: readonly string[];
  /** The same by address, e.g. `127.0.0.0/8`. */
  readonly insecureRanges: readonly string[];
  /** Asked instead of `docker.io`, in this order; e.g. `https://mirror.local/`. */
  readonly mirrors: readonly string[];
}

export interface EngineOptions {
  /** `unix:///path`, `tcp://host:port`, `http://host:port` or `https://host:port`. */
  readonly endpoint: string;
  readonly tls?: EngineTls;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /**
   * Milliseconds that a call may take, 60000 by default. Stopping has the container's own time on top; creating,
   * starting and removing may take five times as long; a pull has no limit.
   */
  readonly callTimeout?: number;
  /** Credentials for registries. Default: anonymous. */
  readonly credentials?: RegistryCredentials;
  /** Resolves deltas. Default: none, images are fetched whole. */
  readonly deltas?: DeltaResolver | null;
  /** An image is fetched whole because the delta to it cannot be used. */
  readonly onDeltaFailure?: (reference: string, error: unknown) => void;
  /**
   * Milliseconds without any progress after which a pull is restarted, 300000 by default. Short ones cost
   * traffic: the engine may have to fetch the layers of an aborted pull again.
   */
  readonly stallTimeout?: number;
}

const DEFAULT_CALL_TIMEOUT_MS = 60_000;
const DEFAULT_STALL_TIMEOUT_MS = 300_000;
const NO_CREDENTIALS: RegistryCredentials = { find: async () => null };

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
export function createEngine({
  endpoint,
  tls,
  clock = systemClock,
  callTimeout,
  credentials = NO_CREDENTIALS,
  deltas = null,
  onDeltaFailure = () => undefined,
  stallTimeout = DEFAULT_STALL_TIMEOUT_MS,
}: EngineOptions): Engine {
  const transport = createTransport({
    endpoint,
    clock,
    callTimeout: callTimeout ?? DEFAULT_CALL_TIMEOUT_MS,
    ...(tls === undefined ? {} : { tls }),
  });
  const cache = new InspectionCache(clock);
  const changes = new Changes();
  const knownValues = new KnownValues();
  const abilities = new AbilityReader(transport);
  const imageInspector = new ImageInspector(transport, clock);
  const subscription = new EventSubscription(transport, {
    connected: () => {
      cache.open();
      changes.open();
    },
    changed: ({ kind, container }) => {
      if (container !== null) cache.invalidate(container);
      if (container !== null) changes.hear('containers');
      if (kind !== 'container') changes.hear(`${kind}s`);
    },
    lost: () => {
      cache.close();
      changes.close();
      abilities.forget();
      imageInspector.forget();
    },
  });
  const guard = createStreamGuard({ clock, changes, onMissed: () => void subscription.reconnect() });
  const lists = createEngineLists({ transport, changes, onSilentChange: guard.suspect });
  const touched = (container: string): void => {
    cache.invalidate(container);
    changes.markChanged('containers');
  };
  const created = ({ name, config }: ContainerToCreate): void => knownValues.add(name, config.environment);
  const surprised = (): void => changes.markAllChanged();
  const pullImage = createImagePuller({ transport, clock, credentials, deltas, onDeltaFailure, stallTimeout });

  return {
    ...createContainerActions(transport, { created, touched, surprised }),
    ...createResourceActions(transport, { touched: (kind) => changes.markChanged(kind), surprised }),
    pullImage: (reference, options) => pullImage(reference, options).finally(() => changes.markChanged('images')),
    observe: createObserver({
      subscription,
      lists,
      cache,
      knownValues,
      containerInspector: createContainerInspector(transport, knownValues),
      imageInspector,
      abilities,
    }),
    events: (signal) => subscription.events(signal),
    containerLogs: (container, options, signal) => readContainerLogs(transport, container, { ...options, signal }),
    containerUsage: (container) => readContainerUsage(transport, container),
    async ping() {
      await transport.send({ method: 'GET', path: '/_ping' });
    },
    async info() {
      const [info, version] = await Promise.all([
        transport.request({ method: 'GET', path: '/info' }, InfoAnswer),
        transport.request({ method: 'GET', path: '/version' }, VersionAnswer),
      ]);
      return {
        id: info.ID,
        version: info.ServerVersion,
        apiVersion: version.ApiVersion,
        loggingDriver: info.LoggingDriver,
        dataRoot: info.DockerRootDir,
        architecture: info.Architecture,
        operatingSystem: info.OperatingSystem,
        osType: info.OSType,
        registries: readRegistries(info.RegistryConfig),
      };
    },
    async [Symbol.asyncDispose]() {
      guard[Symbol.dispose]();
      await subscription[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
    },
  };
}

function readRegistries(config: (typeof InfoAnswer)['_output']['RegistryConfig']): EngineRegistries {
  const indexes = Object.values(config?.IndexConfigs ?? {});
  return {
    insecureHosts: indexes.filter(({ Secure }) => !Secure).map(({ Name }) => Name),
    insecureRanges: config?.InsecureRegistryCIDRs ?? [],
    mirrors: indexes.find(({ Name }) => Name === 'docker.io')?.Mirrors ?? [],
  };
}
