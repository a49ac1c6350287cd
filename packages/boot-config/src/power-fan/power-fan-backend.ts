import { PLAIN_BACKEND, type BootBackend, type BootVariables } from '../boot-backend.ts';

const POWER = 'HOST_CONFIG_power_mode';
const FAN = 'HOST_CONFIG_fan_profile';

/** The part of config.json that this is about: `os.power.mode` and `os.fan.profile`. */
export interface PowerFanConfig {
  read(): Promise<{ readonly powerMode: string | null; readonly fanProfile: string | null }>;
  /** `null` removes a value. */
  write(values: { readonly powerMode: string | null; readonly fanProfile: string | null }): Promise<void>;
}

/** Power mode and fan profile of the Jetson Orin, which the operating system sets as config.json says. */
export function powerFanBackend(config: PowerFanConfig): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'power-fan',
    owns: (variable) => variable === POWER || variable === FAN,
    // The operating system follows a change of the fan's profile at once.
    needsReboot: (variable) => variable === POWER,
    check: (_variable, value) =>
      /^[\w.-]+$/.test(value.trim())
        ? { ok: true, value: value.trim() }
        : { ok: false, message: 'must be one word of letters, digits, dots and dashes' },
    async read() {
      const { powerMode, fanProfile } = await config.read();
      const variables: BootVariables = {
        ...(powerMode === null ? {} : { [POWER]: powerMode }),
        ...(fanProfile === null ? {} : { [FAN]: fanProfile }),
      };
      return variables;
    },
    write: (desired) => config.write({ powerMode: desired[POWER] ?? null, fanProfile: desired[FAN] ?? null }),
  };
}
