import type { ConfigJsonFile } from './open-config-json.ts';

/** Whether the host keeps its journal over reboots. It follows a change at the next one. */
export interface PersistentLoggingSetting {
  read(): Promise<boolean>;
  write(on: boolean): Promise<void>;
}

/** `persistentLogging`, as the device's configuration uses it; absent is off. */
export function persistentLoggingOf(file: ConfigJsonFile): PersistentLoggingSetting {
  return {
    read: async () => (await file.read()).config.persistentLogging ?? false,
    async write(on) {
      await file.update({ persistentLogging: on });
    },
  };
}

/** Tells the host which volume holds firmware beside its own: it mounts it below `/lib/firmware`. */
export interface ExtraFirmwareSetting {
  /** @param volume name on the engine */
  write(volume: string): Promise<void>;
}

/** `os.kernel.extraFirmwareVol`, as the volume of the label `io.balena.features.extra-firmware` uses it. */
export function extraFirmwareOf(file: ConfigJsonFile): ExtraFirmwareSetting {
  return {
    async write(volume) {
      await file.update({ os: { kernel: { extraFirmwareVol: volume } } });
    },
  };
}

/** `null`: not set. */
export interface PowerAndFan {
  readonly powerMode: string | null;
  readonly fanProfile: string | null;
}

export interface PowerAndFanSetting {
  read(): Promise<PowerAndFan>;
  write(values: PowerAndFan): Promise<void>;
}

/** `os.power.mode` and `os.fan.profile`, as boot configuration uses them. */
export function powerAndFanOf(file: ConfigJsonFile): PowerAndFanSetting {
  return {
    async read() {
      const { os } = (await file.read()).config;
      return { powerMode: os?.power?.mode ?? null, fanProfile: os?.fan?.profile ?? null };
    },
    async write({ powerMode, fanProfile }) {
      await file.update({ os: { power: { mode: powerMode }, fan: { profile: fanProfile } } });
    },
  };
}
