import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_DEVICE } from '@device-supervisor/compose/testing';
import { createDevice, type DeviceEngine } from '@device-supervisor/device';
import { createUpdateLocks } from '@device-supervisor/lockfile';
import type { TargetState } from '@device-supervisor/state';
import { openStore } from '@device-supervisor/store';
import { systemClock } from './system-clock.ts';

/** A device as the supervisor makes it, with its store and lock files on disk, in this process. */
export interface BenchDevice extends AsyncDisposable {
  /** Resolves when the target is reached. */
  apply(target: TargetState): Promise<void>;
}

export async function startBenchDevice(engine: DeviceEngine): Promise<BenchDevice> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-device-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const store = stack.use(openStore({ path: join(directory, 'database.sqlite'), logger: () => undefined }));
  const locks = stack.use(createUpdateLocks({ directory: join(directory, 'locks'), holder: 'device-supervisor' }));
  const device = stack.use(
    createDevice({
      engine,
      locks,
      store,
      clock: systemClock,
      random: Math.random,
      facts: TEST_DEVICE,
      managed: false,
      bootId: null,
    }),
  );
  return {
    async apply(target) {
      const settled = Promise.withResolvers<void>();
      using _subscription = device.subscribe((event) => {
        if (event.type === 'settled') settled.resolve();
        if (event.type === 'operation-finished' && event.result.status === 'failed') settled.reject(event.result.error);
      });
      await device.setLocalTarget(target);
      await settled.promise;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
