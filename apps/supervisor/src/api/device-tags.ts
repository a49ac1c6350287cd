import type { DeviceTags } from '@device-supervisor/api';
import { SupervisorError } from '@device-supervisor/errors';

/** Tags are kept by the cloud, and this device talks to none. */
export class NoCloudError extends SupervisorError<'NO_CLOUD'> {
  constructor() {
    super('NO_CLOUD', 'the device has no cloud that keeps its tags', {
      details: {},
      hint: 'Tags can be read and set once the device is part of a fleet',
    });
  }
}

export const noCloudTags: DeviceTags = {
  async list() {
    throw new NoCloudError();
  },
  async set() {
    throw new NoCloudError();
  },
};
