import {
  DEFAULT_CONTAINER_CONFIG,
  withCurrentLabels,
  withImageDefaults,
  type ContainerConfig,
  type ContainerHealth,
  type ContainerStatus,
  type ContainerToCreate,
  type Damage,
  type FileToPut,
  type NetworkEndpoint,
  type ObservedContainer,
  type PublishedPort,
  type RenameResult,
  type UpdatableConfig,
} from '@device-supervisor/compose';
import type { SupervisorError } from '@device-supervisor/errors';
import { ImageDamagedError, ImageNotFoundError, NameConflictError, NotFoundError } from '../errors.ts';
import { readIdentity } from '../mapping/identity.ts';
import { isSupervised } from '../mapping/observed-container.ts';
import { failureOf } from '../transport/engine-failure.ts';
import { fakeId } from './fake-id.ts';
import type { MemoryImages } from './memory-images.ts';
import type { MemoryNetworks } from './memory-networks.ts';
import type { MemoryVolumes } from './memory-volumes.ts';
import { publishPorts } from './publish-ports.ts';

export interface ContainerWorld {
  readonly images: MemoryImages;
  readonly networks: MemoryNetworks;
  readonly volumes: MemoryVolumes;
  readonly now: () => number;
  readonly emit: (action: string, container: string) => void;
}

/** The engines' errors for a container that could not be started. */
const START_FAILED_EXIT_CODE = 128;
/** Ended by SIGTERM. */
const STOPPED_EXIT_CODE = 143;
/** Bytes; engines refuse less. */
const LEAST_MEMORY = 6 * 1024 * 1024;
const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };

/** Containers, and what becomes of them: all changes are immediate, and nothing happens by itself. */
export class MemoryContainers {
  readonly #containers = new Map<string, ObservedContainer>();
  readonly #startFailures = new Map<string, string>();
  /** Exit codes by container id. */
  readonly #endings = new Map<string, number>();
  /** By container id. */
  readonly #damages = new Map<string, Damage>();
  /** By container id and path. */
  readonly #files = new Map<string, string>();
  readonly #world: () => ContainerWorld;
  #created = 0;

  constructor(world: () => ContainerWorld) {
    this.#world = world;
  }

  observe(): ObservedContainer[] {
    return [...this.#containers.values()]
      .filter(({ config }) => isSupervised(config.labels))
      .map((container) => observed(container, this.#damages.get(container.id)))
      .reverse();
  }

  create({ name, image: reference, config }: ContainerToCreate): void {
    const { images, volumes, now, emit } = this.#world();
    const image = images.find(reference);
    if (image === undefined) throw new ImageNotFoundError(reference);
    if (image.damage?.isFinal === true) throw new ImageDamagedError(reference, image.damage.reason);
    if (this.find(name) !== undefined) throw new NameConflictError('container', name);
    for (const mount of config.mounts) if (mount.type === 'volume') volumes.create(mount.source);
    const id = fakeId(`container ${this.#created++}`);
    const merged = withImageDefaults(atCreation(config), image.config);
    this.#containers.set(id, {
      id,
      name,
      imageId: image.id,
      imageReference: reference,
      identity: readIdentity(withCurrentLabels(merged.labels)),
      status: 'created',
      health: 'none',
      exitCode: 0,
      error: '',
      createdAt: now(),
      startedAt: null,
      restartCount: 0,
      config: merged,
      publishedPorts: [],
    });
    emit('create', id);
  }

  putFiles(container: string, files: readonly FileToPut[]): void {
    const { id } = this.#get(container);
    for (const { path, content } of files) this.#files.set(`${id}:${path}`, content.reveal());
  }

  fileIn(container: string, path: string): string | undefined {
    return this.#files.get(`${this.#get(container).id}:${path}`);
  }

  /** Like an engine: whether the network is there shows when the container starts. */
  connect(container: string, network: string, endpoint: NetworkEndpoint): void {
    const { id, config } = this.#get(container);
    const name = this.#world().networks.find(network)?.name ?? network;
    this.#change(id, { config: { ...config, networks: { ...config.networks, [name]: endpoint } } });
  }

  start(container: string): void {
    const { id, status, name } = this.#get(container);
    if (status === 'running' || status === 'restarting') return;
    const failure =
      this.#damages.get(id)?.reason ?? this.#startFailures.get(name) ?? this.#reasonNotToStart(this.#get(id));
    if (failure !== null) {
      this.#change(id, { error: failure, exitCode: START_FAILED_EXIT_CODE });
      throw startFailure(name, failure);
    }
    this.#run(id, { restartCount: 0 });
  }

  stop(id: string): void {
    const container = this.find(id);
    if (container === undefined || !isUp(container.status)) return;
    // Of one that waits to be restarted nothing runs that could be ended.
    const isOver = container.status === 'restarting';
    this.#end(container.id, 'exited', isOver ? container.exitCode : STOPPED_EXIT_CODE);
    this.#world().emit('stop', container.id);
  }

  remove(id: string): void {
    const container = this.find(id);
    if (container === undefined) return;
    if (isUp(container.status)) this.#end(container.id, 'exited', STOPPED_EXIT_CODE);
    this.#containers.delete(container.id);
    this.#damages.delete(container.id);
    this.#world().emit('destroy', container.id);
  }

  /** Engines rename the network stack as well, which a container that they are to restart does not have. */
  rename(id: string, name: string): RenameResult {
    const container = this.#get(id);
    const other = this.find(name);
    if (other !== undefined && other.id !== container.id) throw new NameConflictError('container', name);
    if (other !== undefined) return 'renamed';
    const { status, config } = container;
    if (status === 'restarting' && !config.networkMode.startsWith('container:')) return 'restarting';
    this.#change(container.id, { name });
    this.#world().emit('rename', container.id);
    return 'renamed';
  }

  /** The container's process ends. With a restart policy that wants it back the engine waits before it restarts it. */
  exit(container: string, exitCode: number): void {
    const { id, config, restartCount, status } = this.#get(container);
    if (status !== 'running') throw new RangeError(`container ${container} is ${status}`);
    const { name, maximumRetryCount } = config.restart;
    const mayRetry = exitCode !== 0 && (maximumRetryCount === 0 || restartCount < maximumRetryCount);
    const restarts = name === 'always' || name === 'unless-stopped' || (name === 'on-failure' && mayRetry);
    this.#end(id, restarts ? 'restarting' : 'exited', exitCode);
    if (restarts) this.#change(id, { restartCount: restartCount + 1 });
  }

  /** The engine restarts a container that it waited with. */
  resume(container: string): void {
    const { id, status } = this.#get(container);
    if (status !== 'restarting') throw new RangeError(`container ${container} is ${status}`);
    this.#run(id, {});
  }

  setHealth(container: string, health: ContainerHealth): void {
    const { id } = this.#get(container);
    this.#change(id, { health });
    this.#world().emit(`health_status: ${health}`, id);
  }

  /** Like an engine: what is not limited in `config` stays as it is. */
  update(id: string, { resources, restart }: UpdatableConfig): void {
    const { config } = this.#get(id);
    const { memory } = resources;
    if (memory > 0 && memory < LEAST_MEMORY) {
      const message = 'Minimum memory limit allowed is 6MB';
      throw failureOf({ request: `POST /containers/${id}/update`, status: 400, message });
    }
    const limits = Object.entries(resources).filter(([, value]) => value !== 0 && value !== '');
    this.change(id, { restart, resources: { ...config.resources, ...Object.fromEntries(limits) } });
  }

  /** Another client changes the container's configuration, e.g. its limits. */
  change(container: string, change: Partial<ContainerConfig>): void {
    const { id, config } = this.#get(container);
    this.#change(id, { config: { ...config, ...change } });
    this.#world().emit('update', id);
  }

  /** @param message the engine's words; `null`: it can be started again */
  failStart(name: string, message: string | null): void {
    if (message === null) this.#startFailures.delete(name);
    else this.#startFailures.set(name, message);
  }

  /** @param damage `null`: it can be inspected again */
  damage(container: string, damage: Damage | null): void {
    const { id } = this.#get(container);
    if (damage === null) this.#damages.delete(id);
    else this.#damages.set(id, damage);
  }

  /** @param exitCode `null`: it runs until something else happens */
  endAtOnce(container: string, exitCode: number | null): void {
    const { id } = this.#get(container);
    if (exitCode === null) this.#endings.delete(id);
    else this.#endings.set(id, exitCode);
  }

  /** @param container its id or name */
  find(container: string): ObservedContainer | undefined {
    return this.#containers.get(container) ?? [...this.#containers.values()].find(({ name }) => name === container);
  }

  madeFrom(imageId: string): ObservedContainer[] {
    return [...this.#containers.values()].filter((container) => container.imageId === imageId);
  }

  some(predicate: (container: ObservedContainer) => boolean): boolean {
    return [...this.#containers.values()].some(predicate);
  }

  #reasonNotToStart({ id, name, config }: ObservedContainer): string | null {
    const { networks } = this.#world();
    const missing = Object.keys(config.networks).find((network) => networks.find(network) === undefined);
    if (missing !== undefined) return `network ${missing} not found`;
    const parent = /^container:(.*)$/.exec(config.networkMode)?.[1];
    if (parent !== undefined && this.find(parent)?.status !== 'running') {
      return `cannot join network of a non running container: ${parent}`;
    }
    const ports = publishPorts(config, this.#publishedPorts(id));
    if (typeof ports === 'string')
      return `driver failed programming external connectivity on endpoint ${name}: ${ports}`;
    return null;
  }

  #run(id: string, changes: Partial<ObservedContainer>): void {
    const { config } = this.#get(id);
    const { now, emit } = this.#world();
    const ports = publishPorts(config, this.#publishedPorts(id));
    this.#change(id, {
      status: 'running',
      startedAt: now(),
      exitCode: 0,
      error: '',
      health: hasHealthcheck(config) ? 'starting' : 'none',
      publishedPorts: typeof ports === 'string' ? [] : ports,
      ...changes,
    });
    emit('start', id);
    const exitCode = this.#endings.get(id);
    if (exitCode !== undefined) this.exit(id, exitCode);
  }

  #end(id: string, status: ContainerStatus, exitCode: number): void {
    const { config } = this.#get(id);
    const health = hasHealthcheck(config) ? 'unhealthy' : 'none';
    this.#change(id, { status, exitCode, health, publishedPorts: [] });
    this.#world().emit('die', id);
  }

  #publishedPorts(besides: string): PublishedPort[] {
    return [...this.#containers.values()].flatMap(({ id, publishedPorts }) => (id === besides ? [] : publishedPorts));
  }

  #get(container: string): ObservedContainer {
    const found = this.find(container);
    if (found === undefined) throw new NotFoundError('container', container);
    return found;
  }

  #change(id: string, changes: Partial<ObservedContainer>): void {
    this.#containers.set(id, { ...this.#get(id), ...changes });
  }
}

/** Of one that cannot be inspected only the list tells. */
function observed(container: ObservedContainer, damage: Damage | undefined): ObservedContainer {
  if (damage === undefined) return container;
  const { labels, networks } = container.config;
  return {
    ...container,
    health: 'none',
    exitCode: 0,
    error: '',
    startedAt: null,
    restartCount: 0,
    config: { ...DEFAULT_CONTAINER_CONFIG, labels, networks },
    publishedPorts: [],
    damage,
  };
}

/** A container is created in one network alone. */
function atCreation(config: ContainerConfig): ContainerConfig {
  const { networkMode: mode, networks } = config;
  if (mode === 'host' || mode === 'none' || mode.startsWith('container:')) return { ...config, networks: {} };
  return { ...config, networks: { [mode]: networks[mode] ?? NO_ENDPOINT } };
}

function hasHealthcheck({ healthcheck }: ContainerConfig): boolean {
  return healthcheck !== null && healthcheck.test[0] !== 'NONE' && healthcheck.test.length > 0;
}

function isUp(status: ContainerStatus): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

function startFailure(name: string, message: string): SupervisorError {
  return failureOf({ request: `POST /containers/${name}/start`, status: 500, message });
}
