import type { EngineSnapshot, ObservedContainer } from '@device-supervisor/compose';
import type { DeviceEngine } from '../ports.ts';

/**
 * An engine whose containers show whether they stop, or have stopped, by our doing: we asked for it, or took their restart
 * policy away. That is known from the moment of the call on: one that failed may have been carried out all the same, or
 * will be when nobody waits for it any more; and a look at the engine that began before a stop may end after it.
 */
export function markOwnStops(engine: DeviceEngine): DeviceEngine {
  /** Ids of those that we stopped, and did not start since. */
  const stopped = new Set<string>();
  /** Ids of those that we took the restart policy from. */
  const unguarded = new Set<string>();

  function mark(container: ObservedContainer): ObservedContainer {
    const { id, status, config } = container;
    if (status === 'running' && config.restart.name !== 'no') unguarded.delete(id);
    return stopped.has(id) || unguarded.has(id) ? { ...container, stoppedByUs: true } : container;
  }

  function forgetRemoved({ containers }: EngineSnapshot): void {
    const present = new Set(containers.map(({ id }) => id));
    for (const ids of [stopped, unguarded]) for (const id of ids) if (!present.has(id)) ids.delete(id);
  }

  return {
    ...engine,
    async observe(request) {
      const snapshot = await engine.observe(request);
      if (stopped.size === 0 && unguarded.size === 0) return snapshot;
      forgetRemoved(snapshot);
      return { ...snapshot, containers: snapshot.containers.map(mark) };
    },
    async stopContainer(id, ...rest) {
      stopped.add(id);
      await engine.stopContainer(id, ...rest);
    },
    async startContainer(container) {
      await engine.startContainer(container);
      stopped.delete(container);
      unguarded.delete(container);
    },
    async updateContainer(id, config) {
      if (config.restart.name === 'no') unguarded.add(id);
      await engine.updateContainer(id, config);
    },
  };
}
