import type { ImageRecord } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import type { BootRecord, DeviceStore, TargetSource } from '../ports.ts';

/** A store without a disk; hand it to the next device to simulate a restart. */
export function createInMemoryStore(): DeviceStore {
  const targets = new Map<TargetSource, TargetState>();
  const images = new Map<string, ImageRecord>();
  let before: readonly string[] | null = null;
  let boot: BootRecord | null = null;
  return {
    targets: {
      load: (source) => targets.get(source) ?? null,
      save: (source, target) => void targets.set(source, target),
      clear: (source) => void targets.delete(source),
    },
    localMode: {
      load: () => before,
      save: (imageIds) => void (before = imageIds),
      clear: () => void (before = null),
    },
    boots: { load: () => boot, save: (record) => void (boot = record) },
    images: {
      list: () => [...images.values()],
      async save(record) {
        images.set(`${record.reference} ${record.appId} ${record.serviceName}`, record);
      },
      async forget(reference, appId) {
        for (const [key, record] of images) {
          if (record.reference === reference && record.appId === appId) images.delete(key);
        }
      },
    },
    apiKeys: { forService: (appId, service) => `key-of-${appId}-${service}`, keepOnly: () => undefined },
  };
}
