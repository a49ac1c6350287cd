import type { DeviceTags } from '@device-supervisor/api';
import { createPendingTags, type TagMemory } from '@device-supervisor/cloud';
import { SupervisorError } from '@device-supervisor/errors';

/** Tags are kept by the cloud, and this device talks to none. */
export class NoCloudError extends SupervisorError<'NO_CLOUD'> {
  constructor() {
    super('NO_CLOUD', 'the device has no cloud that keeps its tags', {
      details: {},
      hint: 'Tags can be read once the device is part of a fleet; those that are set now are kept until then',
    });
  }
}

/** Tags of a device without a cloud: kept, and reported once it has one. */
export function keptTags(memory: TagMemory): DeviceTags {
  const pending = createPendingTags(memory);
  return {
    async list() {
      throw new NoCloudError();
    },
    async set(tags) {
      pending.add(tags);
    },
  };
}
