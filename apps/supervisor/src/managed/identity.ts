import type { Identity, IdentityStore } from '@device-supervisor/cloud';
import type { ConfigJsonFile, DeviceIdentity } from '@device-supervisor/config-json';

export interface KeptIdentity extends IdentityStore {
  /** As the file had it last. */
  readonly current: DeviceIdentity;
}

/** Who the device is, in its config.json; makes up what the file lacks. Rejects as `ConfigJsonFile.ensureIdentity` does. */
export async function keepIdentity(configJson: ConfigJsonFile): Promise<KeptIdentity> {
  let current = await configJson.ensureIdentity();

  async function read(): Promise<Identity> {
    current = await configJson.ensureIdentity();
    const { config } = await configJson.read();
    return {
      ...current,
      provisioningKey: config.apiKey ?? null,
      applicationId: config.applicationId ?? null,
      deviceId: config.deviceId ?? null,
      // Hosts write 0 for a device that is yet to be registered.
      isRegistered: (config.registered_at ?? 0) > 0,
    };
  }

  return {
    get current() {
      return current;
    },
    read,
    async register({ deviceId, deviceApiKey, at }) {
      await configJson.update({ deviceId, deviceApiKey, registered_at: at, apiKey: null });
    },
    async renew() {
      await configJson.update({ uuid: null, deviceApiKey: null });
      return await read();
    },
  };
}
