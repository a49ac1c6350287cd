import { createDeltaResolver, type DeltaSettings } from '@device-supervisor/cloud';
import type { ConfigJson, DeviceIdentity } from '@device-supervisor/config-json';
import type { DeltaResolver, RegistryCredentials } from '@device-supervisor/device';
import { systemClock } from './system-clock.ts';

/** What the engine needs to pull from the cloud's registry. */
export interface CloudRegistry {
  readonly credentials: RegistryCredentials;
  /** `null`: there is no service for deltas. */
  readonly deltas: DeltaResolver | null;
}

export interface CloudRegistryOptions {
  readonly configJson: ConfigJson;
  /** As it is now: the registration with a cloud may change it. */
  readonly identity: () => DeviceIdentity;
  /** As the device is configured now. */
  readonly settings: () => DeltaSettings;
}

/** The device's key goes to the registry that config.json names as the cloud's, and to no other. */
export function cloudRegistry({ configJson, identity, settings }: CloudRegistryOptions): CloudRegistry {
  const { apiEndpoint, deltaEndpoint, registryEndpoint: registry } = configJson;
  if (apiEndpoint === undefined || registry === undefined) {
    return { credentials: { find: async () => null }, deltas: null };
  }
  const login = {
    get username() {
      return `d_${identity().uuid}`;
    },
    get password() {
      return identity().deviceApiKey;
    },
  };
  return {
    credentials: { find: async (host) => (host === registry ? { ...login } : null) },
    deltas:
      deltaEndpoint === undefined
        ? null
        : createDeltaResolver({ apiEndpoint, deltaEndpoint, registry, login, settings, clock: systemClock }),
  };
}
