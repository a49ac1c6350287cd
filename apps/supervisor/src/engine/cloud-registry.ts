import { createDeltaResolver, type DeltaSettings } from '@device-supervisor/cloud';
import type { ConfigJson, DeviceIdentity } from '@device-supervisor/config-json';
import type { DeltaResolver, RegistryCredentials } from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import type { CloudAccess } from '../managed/cloud-access.ts';
import { systemClock } from '@device-supervisor/primitives/system-clock';

/** Credentials and deltas for pulls from the cloud's registry. */
export interface CloudRegistry {
  readonly credentials: RegistryCredentials;
  /** `null`: there is no service for deltas. */
  readonly deltas: DeltaResolver | null;
  readonly onDeltaFailure: (reference: string, error: unknown) => void;
}

export interface CloudRegistryOptions {
  readonly configJson: ConfigJson;
  /** As it is now: the registration with a cloud may change it. */
  readonly identity: () => DeviceIdentity;
  /** As the device is configured now. */
  readonly settings: () => DeltaSettings;
  readonly access: CloudAccess;
  readonly print: (message: string) => void;
}

/** The device's key goes to the registry that config.json names as the cloud's, and to no other. */
export function cloudRegistry(options: CloudRegistryOptions): CloudRegistry {
  const { configJson, identity, settings, access, print: say } = options;
  const { apiEndpoint, deltaEndpoint, registryEndpoint: registry } = configJson;
  const onDeltaFailure = (reference: string, error: unknown): void =>
    say(`The delta to image '${reference}' cannot be used, it is downloaded whole: ${formatError(error)}`);
  if (apiEndpoint === undefined || registry === undefined) {
    return { credentials: { find: async () => null }, deltas: null, onDeltaFailure };
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
    onDeltaFailure,
    credentials: { find: async (host) => (host === registry ? { ...login } : null) },
    deltas:
      deltaEndpoint === undefined
        ? null
        : createDeltaResolver({
            apiEndpoint,
            deltaEndpoint,
            registry,
            login,
            access,
            settings,
            clock: systemClock,
            say,
          }),
  };
}
