/** The device's identity at the cloud, kept in its config.json. */
export interface Identity {
  readonly uuid: string;
  /** A secret. */
  readonly deviceApiKey: string;
  /** Key that registers devices; a secret. `null`: it has been used, or there never was one. */
  readonly provisioningKey: string | null;
  /** Of the fleet. */
  readonly applicationId: number | null;
  /** `null`: not registered yet. */
  readonly deviceId: number | null;
  readonly isRegistered: boolean;
}

/** Where the identity is kept. */
export interface IdentityStore {
  read(): Promise<Identity>;
  /** The cloud knows the device by these; the provisioning key is forgotten. @param at seconds since the epoch */
  register(registration: {
    readonly deviceId: number;
    readonly deviceApiKey: string;
    readonly at: number;
  }): Promise<void>;
  /** Another device takes the place of one that the cloud does not let us be. @returns the new one */
  renew(): Promise<Identity>;
}

/** The identity that a registration sends. */
export interface DeviceDescription {
  readonly deviceType: string;
  readonly supervisorVersion: string;
  readonly osVersion: string;
  readonly osVariant: string;
  /** Separated by spaces. */
  readonly macAddress: string;
}
