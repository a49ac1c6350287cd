import type { Identity, IdentityStore } from '@device-supervisor/cloud';
import type { ConfigJsonFile, DeviceIdentity } from '@device-supervisor/config-json';

export interface KeptIdentity extends IdentityStore {
  /** As of the last read or change. */
  readonly current: DeviceIdentity;
}

/**
 * The device's identity, kept in its config.json; makes up what the file lacks. Rejects as `ConfigJsonFile.ensureIdentity`
 * does.
 *
 * @param hide told each key, before anything can log it
 */
export async function keepIdentity(configJson: ConfigJsonFile, hide: (secret: string) => void): Promise<KeptIdentity> {
  let current = await ensure();

  async function ensure(): Promise<DeviceIdentity> {
    const identity = await configJson.ensureIdentity();
    hide(identity.deviceApiKey);
    return identity;
  }

  async function read(): Promise<Identity> {
    current = await ensure();
    // Also keeps the last good copy of the file up to date.
    const { config } = await configJson.read();
    if (config.apiKey !== undefined) hide(config.apiKey);
    return {
      ...current,
      provisioningKey: config.apiKey ?? null,
      applicationId: config.applicationId ?? null,
      deviceId: config.deviceId ?? null,
      // Hosts write 0 for a device that has not been registered yet.
      isRegistered: (config.registered_at ?? 0) > 0,
    };
  }

  return {
    get current() {
      return current;
    },
    read,
    async register({ deviceId, deviceApiKey, at }) {
      hide(deviceApiKey);
      await configJson.update({ deviceId, deviceApiKey, registered_at: at, apiKey: null });
      await read();
    },
    async renew() {
      await configJson.update({ uuid: null, deviceApiKey: null });
      return await read();
    },
  };
}
