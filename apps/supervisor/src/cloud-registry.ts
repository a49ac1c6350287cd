import { createDeltaResolver } from '@device-supervisor/cloud';
import type { ConfigJson, DeviceIdentity } from '@device-supervisor/config-json';
import type { DeltaResolver, RegistryCredentials } from '@device-supervisor/device';
import { systemClock } from './system-clock.ts';

/** What the engine needs to pull from the cloud's registry. */
export interface CloudRegistry {
  readonly credentials: RegistryCredentials;
  /** `null`: there is no service for deltas. */
  readonly deltas: DeltaResolver | null;
}

/** The device's key goes to the registry that config.json names as the cloud's, and to no other. */
export function cloudRegistry(settings: ConfigJson, { uuid, deviceApiKey }: DeviceIdentity): CloudRegistry {
  const { apiEndpoint, deltaEndpoint, registryEndpoint: registry } = settings;
  if (apiEndpoint === undefined || registry === undefined) {
    return { credentials: { find: async () => null }, deltas: null };
  }
  const login = { username: `d_${uuid}`, password: deviceApiKey };
  return {
    credentials: { find: async (host) => (host === registry ? login : null) },
    deltas:
      deltaEndpoint === undefined
        ? null
        : createDeltaResolver({ apiEndpoint, deltaEndpoint, registry, login, clock: systemClock }),
  };
}
