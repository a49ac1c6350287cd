import type { EngineSnapshot } from '@device-supervisor/compose';
import type { DeviceEngine } from '../ports.ts';

/** An engine that shows a snapshot, and on which every change succeeds without an effect. */
export function createSnapshotEngine(snapshot: () => EngineSnapshot): DeviceEngine {
  const done = async (): Promise<void> => undefined;
  return {
    observe: async () => snapshot(),
    async *events() {
      yield { kind: 'connected' };
    },
    pullImage: done,
    removeImage: done,
    createNetwork: done,
    removeNetwork: done,
    createVolume: done,
    removeVolume: done,
    createContainer: done,
    putFiles: done,
    connectNetwork: done,
    startContainer: done,
    stopContainer: done,
    removeContainer: done,
    renameContainer: async () => 'renamed',
    updateContainer: done,
  };
}
