import type { EngineSnapshot, ObservedContainer, Operation } from '@device-supervisor/compose';
import type { DeviceEngine } from '../ports.ts';

/** So many restarts by the engine ... */
const RESTARTS = 3;
/** ... within so many milliseconds are a crash loop; engines wait for at most a minute between two. */
const PERIOD = 600_000;

/** The past of one container, since this supervisor began to watch. */
interface Past {
  /** It has run while we watched: if it ends without our doing, its policy or a user meant it. */
  seenRunning: boolean;
  /** When it was first seen in the run that lasts, a restart by the engine being another; `null`: it does not run. */
  runningSince: number | null;
  /** The engine's count in the last snapshot. */
  restartCount: number;
  /** When we saw the latest restarts, the last one at the end. */
  restarts: readonly number[];
  /** We asked the engine to stop it, and have not started it since. */
  stoppedByUs: boolean;
  /** We took its restart policy, and it has not been seen running with one since. */
  unguarded: boolean;
}

/**
 * One account of what containers did before: which of them ran, which crash repeatedly, and which stopped by our
 * doing. Times are milliseconds of a clock that never jumps.
 */
export class ContainerHistory {
  readonly #now: () => number;
  /** By container id. */
  readonly #pasts = new Map<string, Past>();
  /** Names of containers that we started and have not seen since: they may end before we look. */
  readonly #started = new Set<string>();
  readonly #mountedVolumes = new Set<string>();
  /** The last marks of each snapshot. They go with the snapshot: one may hold megabytes of variables. */
  readonly #marked = new WeakMap<EngineSnapshot, { readonly key: string; readonly result: EngineSnapshot }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The snapshot with the containers marked that stop, or have stopped, at our request: the same object for the same
   * snapshot, as long as it marks the same ones.
   */
  mark(snapshot: EngineSnapshot): EngineSnapshot {
    const isOurs = (id: string): boolean => {
      const past = this.#pasts.get(id);
      return past !== undefined && (past.stoppedByUs || past.unguarded);
    };
    const ours = snapshot.containers.filter(({ id }) => isOurs(id)).map(({ id }) => id);
    if (ours.length === 0) return snapshot;
    const key = ours.join(' ');
    const marked = this.#marked.get(snapshot);
    if (marked?.key === key) return marked.result;
    const containers = snapshot.containers.map((one) =>
      isOurs(one.id) ? { ...one, stoppedByUs: true as const } : one,
    );
    const result = { ...snapshot, containers };
    this.#marked.set(snapshot, { key, result });
    return result;
  }

  /**
   * The engine, which records every snapshot, and our own stops and starts from the moment of the call: a call that failed
   * may have been carried out nevertheless, and a snapshot that began before a stop may end after it.
   */
  follow(engine: DeviceEngine): DeviceEngine {
    return {
      ...engine,
      observe: async (request) => {
        const startedBefore = new Set(this.#started);
        const snapshot = await engine.observe(request);
        this.#recordSnapshot(snapshot);
        for (const name of startedBefore) this.#started.delete(name);
        return this.mark(snapshot);
      },
      stopContainer: async (id, ...rest) => {
        this.#pastOf(id).stoppedByUs = true;
        await engine.stopContainer(id, ...rest);
      },
      startContainer: async (container) => {
        await engine.startContainer(container);
        const past = this.#pasts.get(container);
        if (past !== undefined) [past.stoppedByUs, past.unguarded] = [false, false];
      },
      updateContainer: async (id, config) => {
        if (config.restart.name === 'no') this.#pastOf(id).unguarded = true;
        await engine.updateContainer(id, config);
      },
    };
  }

  /** Records an operation that was done. */
  record(operation: Operation): void {
    if (operation.kind !== 'start-container') return;
    const past = this.#pasts.get(operation.container);
    if (past === undefined) this.#started.add(operation.container);
    else past.seenRunning = true;
  }

  /** Ids of containers that have run while we watched. */
  get seenRunning(): ReadonlySet<string> {
    return new Set([...this.#pasts].filter(([, { seenRunning }]) => seenRunning).map(([id]) => id));
  }

  /** By id, for how long containers have been seen running without an end. */
  get runningFor(): ReadonlyMap<string, number> {
    const now = this.#now();
    return new Map(
      [...this.#pasts].flatMap(([id, { runningSince }]) => (runningSince === null ? [] : [[id, now - runningSince]])),
    );
  }

  /** Ids of the containers in a crash loop. */
  get crashLooping(): ReadonlySet<string> {
    return new Set(this.#crashLoops().keys());
  }

  /** Names of the volumes on the engine that a container of their app mounts, or has mounted. */
  get mountedVolumes(): ReadonlySet<string> {
    return this.#mountedVolumes;
  }

  /** Until one of them counts as well again, if it does not end before; `Infinity`: there is none. */
  get delayUntilChange(): number {
    return Math.min(...this.#crashLoops().values());
  }

  #pastOf(id: string): Past {
    const past = this.#pasts.get(id) ?? {
      seenRunning: false,
      runningSince: null,
      restartCount: -1,
      restarts: [],
      stoppedByUs: false,
      unguarded: false,
    };
    this.#pasts.set(id, past);
    return past;
  }

  #recordSnapshot({ containers, volumes }: EngineSnapshot): void {
    const present = new Set(containers.map(({ id }) => id));
    for (const id of this.#pasts.keys()) if (!present.has(id)) this.#pasts.delete(id);
    for (const container of containers) this.#recordContainer(container);
    this.#recordVolumes(containers, new Set(volumes.map(({ name }) => name)));
  }

  #recordVolumes(containers: readonly ObservedContainer[], present: ReadonlySet<string>): void {
    for (const name of this.#mountedVolumes) if (!present.has(name)) this.#mountedVolumes.delete(name);
    for (const { identity, config } of containers) {
      if (identity === null) continue;
      for (const { source } of config.mounts) {
        if (present.has(source) && source.startsWith(`${identity.appId}_`)) this.#mountedVolumes.add(source);
      }
    }
  }

  #recordContainer({ id, name, status, config, restartCount }: ObservedContainer): void {
    const past = this.#pastOf(id);
    const runs = status === 'running' || status === 'restarting' || status === 'paused';
    past.seenRunning ||= runs || this.#started.has(name);
    // The count falls when a client starts the container.
    const more = past.restartCount < 0 ? 0 : Math.max(0, restartCount - past.restartCount);
    past.runningSince = !runs ? null : more > 0 ? this.#now() : (past.runningSince ?? this.#now());
    const seenNow = Array.from({ length: Math.min(more, RESTARTS) }, this.#now);
    past.restarts = [...past.restarts, ...seenNow].slice(-RESTARTS);
    past.restartCount = restartCount;
    if (status === 'running' && config.restart.name !== 'no') past.unguarded = false;
  }

  /** How much longer each container counts as one in a crash loop, by id. */
  #crashLoops(): ReadonlyMap<string, number> {
    const loops = new Map<string, number>();
    for (const [id, { restarts }] of this.#pasts) {
      const [first] = restarts;
      const left = restarts.length < RESTARTS || first === undefined ? 0 : first + PERIOD - this.#now();
      if (left > 0) loops.set(id, left);
    }
    return loops;
  }
}
