import type { DeviceLocks, DeviceStore } from '@device-supervisor/device';
import type { LocalPorts } from './mortal-ports.ts';
import type { Saboteur } from './saboteur.ts';

/** Locks and store that fail as the saboteur wants it. */
export function guardedPorts({ locks, store }: LocalPorts, saboteur: Saboteur): LocalPorts {
  const acquire: DeviceLocks['acquire'] = async (request) => {
    const result = await saboteur.perform('acquireLocks', () => locks.acquire(request));
    if (result.status === 'held') return result;
    const { lease } = result;
    const release = async (): Promise<void> => {
      try {
        await saboteur.perform('releaseLocks', async () => undefined);
      } finally {
        // Files may stay behind; the lease is over nevertheless.
        await lease[Symbol.asyncDispose]();
      }
    };
    return { status: 'acquired', lease: { ...lease, [Symbol.asyncDispose]: release } };
  };
  const clearHandOver: DeviceLocks['clearHandOver'] = (...args) =>
    saboteur.perform('clearHandOver', () => locks.clearHandOver(...args));
  const { images } = store;
  const guardedImages: DeviceStore['images'] = {
    list: images.list,
    save: (record) => saboteur.perform('saveImage', () => images.save(record)),
    forget: (...args) => saboteur.perform('forgetImage', () => images.forget(...args)),
  };
  return { locks: { ...locks, acquire, clearHandOver }, store: { ...store, images: guardedImages } };
}
