import type {
  ContainerConfig,
  ContainerHealth,
  Damage,
  EngineAbilities,
  EngineSnapshot,
} from '@device-supervisor/compose';
import type { Clock, DeviceEngine } from '@device-supervisor/device';
import type { EventQueue } from '../events/event-queue.ts';
import { serveEvents } from '../events/serve-events.ts';
import { EngineCalls, type CallKind, type EngineCall, type Hold } from './engine-calls.ts';
import { MemoryContainers, type ContainerWorld } from './memory-containers.ts';
import { MemoryImages, type ImageSpec } from './memory-images.ts';
import { MemoryLooks } from './memory-looks.ts';
import { MemoryNetworks } from './memory-networks.ts';
import { MemoryVolumes } from './memory-volumes.ts';

/**
 * A container engine in memory: names, conflicts, idempotency and errors are those of the real one (one contract suite
 * runs against both). Nothing happens by itself: no timers, no restarts, no health; the test says what happens.
 */
export interface InMemoryEngine extends DeviceEngine {
  /** Every call so far, also those that failed. */
  readonly calls: readonly EngineCall[];
  /** Forgets the calls so far. */
  clearCalls(): void;
  /** The contents of the engine, without a call. */
  snapshot(): EngineSnapshot;

  /** Puts an image on the engine as a build does. */
  addImage(reference: string, image?: ImageSpec): { readonly id: string };
  /** Puts an image into the registry; it can be pulled by tag and by digest. */
  publishImage(reference: string, image?: ImageSpec): { readonly id: string; readonly digestReference: string };
  /** Progress of a pull that is held. */
  setPullProgress(reference: string, percent: number): void;

  /** The container's process ends; with a restart policy that wants it back the status becomes `restarting`. */
  exit(container: string, exitCode: number): void;
  /** The engine restarts a container that is `restarting`. */
  resume(container: string): void;
  /** Each run of the container ends at once with this exit code, until it is `null`. */
  endAtOnce(container: string, exitCode: number | null): void;
  setHealth(container: string, health: ContainerHealth): void;
  /** Another client changes the container's configuration. */
  changeContainer(container: string, change: Partial<ContainerConfig>): void;
  /** Content of a file that was put into a container; `undefined`: there is none. */
  fileIn(container: string, path: string): string | undefined;
  /** Each start of the container fails with these words of the engine, until they are `null`. */
  failStart(container: string, message: string | null): void;

  /**
   * The engine cannot inspect the container any more, and refuses to start it; `null`: it can again. A running container keeps running.
   */
  damageContainer(container: string, damage: Damage | null): void;
  /** The engine cannot inspect the image any more, and makes no container from it, until it is removed. */
  damageImage(reference: string, damage: Damage | null): void;
  /** Streams of events stay open and tell nothing until this is disposed of. */
  silenceEvents(): Disposable;

  /** The next call of the kind fails with the error and has no effect; several add up. */
  failNext(kind: CallKind, error: Error): void;
  /** Calls of the kind wait until the hold is released, or until their signal is aborted. */
  hold(kind: CallKind): Hold;
  /** Every call fails with an `EngineUnreachableError`, and so do the streams of events. Containers stay as they are. */
  goAway(): void;
  comeBack(): void;
  /** The engine goes away right after it carried out that many writes more; the last one's caller gets an error. */
  crashAfterWrites(count: number): void;
}

export interface InMemoryEngineOptions {
  /** Default: a clock that advances by a second at each reading. */
  readonly clock?: Pick<Clock, 'now'>;
  /** On the engine from the start, by reference. */
  readonly images?: Readonly<Record<string, ImageSpec>>;
  /** In the registry, by reference. */
  readonly pullable?: Readonly<Record<string, ImageSpec>>;
  /** Default: those of API 1.41 with all limits. */
  readonly abilities?: EngineAbilities;
}

const ALL_LIMITS: EngineAbilities = { apiVersion: '1.41', unsupportedLimits: [] };

/**
 * @example
 * ```ts
 * const engine = createInMemoryEngine({ images: { 'web:1': {} } });
 * await engine.createContainer({ name: 'web', image: 'web:1', config });
 * await engine.startContainer('web');
 * engine.exit('web', 1);
 * ```
 */
export function createInMemoryEngine({
  clock,
  images = {},
  pullable = {},
  abilities = ALL_LIMITS,
}: InMemoryEngineOptions = {}): InMemoryEngine {
  let ticks = 0;
  const queues = new Set<EventQueue>();
  const progress = new Map<string, (percent: number) => void>();
  const looks = new MemoryLooks();
  const silences = new Set<Disposable>();
  const emit = (kind: 'container' | 'image' | 'network' | 'volume', action: string, id: string): void => {
    if (silences.size > 0) return;
    looks.markChanged(`${kind}s`);
    for (const queue of queues) queue.push({ kind, action, id });
  };
  const calls = new EngineCalls((error) => {
    looks.forget();
    for (const queue of queues) queue.end(error);
  });
  const world: ContainerWorld = {
    images: new MemoryImages((imageId) => containers.madeFrom(imageId)),
    networks: new MemoryNetworks((network) =>
      containers.some(({ status, config }) => status === 'running' && config.networks[network] !== undefined),
    ),
    volumes: new MemoryVolumes((volume) =>
      containers.some(({ config }) => config.mounts.some(({ type, source }) => type === 'volume' && source === volume)),
    ),
    now: () => clock?.now() ?? ++ticks * 1000,
    emit: (action, container) => emit('container', action, container),
  };
  const containers = new MemoryContainers(() => world);
  for (const [reference, image] of Object.entries(images)) world.images.add(reference, image);
  for (const [reference, image] of Object.entries(pullable)) world.images.publish(reference, image);

  const snapshot = (references: readonly string[] = []): EngineSnapshot => ({
    abilities,
    containers: containers.observe(),
    images: world.images.observe(references),
    networks: world.networks.observe(),
    volumes: world.volumes.observe(),
  });
  const on = <Result>(kind: CallKind, target: string, action: () => Result): Promise<Result> =>
    calls.perform({ kind, target }, action).finally(() => looks.markChangedBy(kind));

  return {
    calls: calls.recorded,
    clearCalls: () => void calls.recorded.splice(0),
    snapshot: () => snapshot(),

    observe: ({ imageReferences, trustEvents = false, listImages = false }) => {
      if (listImages) looks.markChanged('images');
      return on('observe', '', () => looks.look(snapshot(imageReferences), trustEvents));
    },
    events: (signal) => serveEvents(queues, () => on('events', '', () => undefined), signal),
    pullImage: async (reference, { signal, onProgress }) => {
      const report = (percent: number): void => onProgress({ percent, receivedBytes: percent, totalBytes: 100 });
      report(0);
      progress.set(reference, report);
      try {
        const image = await calls.perform({ kind: 'pullImage', target: reference, signal }, () =>
          world.images.pull(reference),
        );
        report(100);
        emit('image', 'pull', image.id);
      } finally {
        looks.markChangedBy('pullImage');
        progress.delete(reference);
      }
    },
    removeImage: (reference) =>
      on('removeImage', reference, () => {
        const removed = world.images.remove(reference);
        if (removed === null) return;
        emit('image', 'untag', removed.id);
        if (removed.deleted) emit('image', 'delete', removed.id);
      }),
    createNetwork: (name, config) =>
      on('createNetwork', name, () => {
        const id = world.networks.create(name, config);
        if (id !== null) emit('network', 'create', id);
      }),
    removeNetwork: (id) =>
      on('removeNetwork', id, () => {
        if (world.networks.remove(id)) emit('network', 'destroy', id);
      }),
    createVolume: (name, config) =>
      on('createVolume', name, () => {
        if (world.volumes.create(name, config)) emit('volume', 'create', name);
      }),
    removeVolume: (name) =>
      on('removeVolume', name, () => {
        if (world.volumes.remove(name)) emit('volume', 'destroy', name);
      }),
    createContainer: (container) => on('createContainer', container.name, () => containers.create(container)),
    putFiles: (container, files) => on('putFiles', container, () => containers.putFiles(container, files)),
    connectNetwork: (container, network, endpoint) =>
      on('connectNetwork', container, () => containers.connect(container, network, endpoint)),
    startContainer: (container) => on('startContainer', container, () => containers.start(container)),
    stopContainer: (id) => on('stopContainer', id, () => containers.stop(id)),
    removeContainer: (id) => on('removeContainer', id, () => containers.remove(id)),
    renameContainer: (id, name) => on('renameContainer', id, () => containers.rename(id, name)),
    updateContainer: (id, config) => on('updateContainer', id, () => containers.update(id, config)),

    addImage: (reference, image) => world.images.add(reference, image),
    publishImage: (reference, image) => world.images.publish(reference, image),
    setPullProgress: (reference, percent) => progress.get(reference)?.(percent),
    exit: (container, exitCode) => containers.exit(container, exitCode),
    resume: (container) => containers.resume(container),
    endAtOnce: (container, exitCode) => containers.endAtOnce(container, exitCode),
    setHealth: (container, health) => containers.setHealth(container, health),
    changeContainer: (container, change) => containers.change(container, change),
    fileIn: (container, path) => containers.fileIn(container, path),
    failStart: (container, message) => containers.failStart(container, message),
    damageContainer: (container, damage) => containers.damage(container, damage),
    damageImage: (reference, damage) => world.images.damage(reference, damage),
    silenceEvents() {
      const silence = { [Symbol.dispose]: () => void silences.delete(silence) };
      silences.add(silence);
      return silence;
    },
    failNext: (kind, error) => calls.failNext(kind, error),
    hold: (kind) => calls.hold(kind),
    goAway: () => calls.goAway(),
    comeBack: () => calls.comeBack(),
    crashAfterWrites: (count) => calls.crashAfterWrites(count),
  };
}
