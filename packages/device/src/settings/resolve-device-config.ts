import { BOOT_VARIABLE_PREFIXES, CONFIG_VARIABLES, type ConfigVariable } from './config-variables.ts';
import type { DeviceSettings, LocalSettings } from './device-settings.ts';

/** Config variables by name, without the prefix `BALENA_` or `RESIN_`: decoding a target takes that away. */
export type DeviceConfigVariables = Readonly<Record<string, string>>;

/** A variable of the target that is not applied; never says its value. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

export interface ResolvedDeviceConfig {
  /** Complete: what the target does not say, or says wrong, has its default. */
  readonly settings: DeviceSettings;
  /** Those of boot configuration, unchecked. */
  readonly bootVariables: DeviceConfigVariables;
  readonly problems: readonly ConfigProblem[];
}

/**
 * The settings of a target's configuration. Unknown variables are left out.
 *
 * @param local values that replace the defaults where the target sets none, or an invalid one
 */
export function resolveDeviceConfig(config: DeviceConfigVariables, local: LocalSettings = {}): ResolvedDeviceConfig {
  const problems: ConfigProblem[] = [];
  const valueOf = <Value>(variable: ConfigVariable<Value>, fallback: Value = variable.default): Value => {
    const name = [variable.name, ...(variable.aliases ?? [])].find((each) => Object.hasOwn(config, each));
    if (name === undefined) return fallback;
    const value = variable.type.parse(config[name] ?? '');
    if (value !== null) return value;
    const message = `must be ${variable.type.description}; the default ${String(fallback)} applies`;
    problems.push({ variable: name, message });
    return fallback;
  };
  return { settings: mapSettings(valueOf, local), bootVariables: bootVariablesOf(config), problems };
}

/** Settings as config variables, in the form of the cloud. */
export function formatSettings(settings: DeviceSettings): DeviceConfigVariables {
  const names = new Map(Object.entries(CONFIG_VARIABLES).map(([setting, { name }]) => [setting, name]));
  return Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [names.get(setting) ?? setting, String(value)]),
  );
}

/** The defaults. */
export const DEFAULT_SETTINGS: DeviceSettings = resolveDeviceConfig({}).settings;

/**
 * Settings of the device that the cloud does not know: those that differ from the defaults and are absent from
 * the cloud's configuration. Reported once, when the device is registered.
 */
export function undeclaredConfig(
  current: DeviceConfigVariables,
  declared: DeviceConfigVariables,
): DeviceConfigVariables {
  const defaults = formatSettings(DEFAULT_SETTINGS);
  return Object.fromEntries(
    Object.entries(current).filter(([name, value]) => !Object.hasOwn(declared, name) && defaults[name] !== value),
  );
}

function bootVariablesOf(config: DeviceConfigVariables): DeviceConfigVariables {
  const isBoot = (name: string): boolean => BOOT_VARIABLE_PREFIXES.some((prefix) => name.startsWith(prefix));
  return Object.fromEntries(Object.entries(config).filter(([name]) => isBoot(name)));
}

/** Written out, so that each setting keeps its own type. */
function mapSettings(
  valueOf: <Value>(variable: ConfigVariable<Value>, fallback?: Value) => Value,
  local: LocalSettings,
): DeviceSettings {
  return {
    pollInterval: valueOf(CONFIG_VARIABLES.pollInterval, local.pollInterval),
    instantUpdateTrigger: valueOf(CONFIG_VARIABLES.instantUpdateTrigger),
    localMode: valueOf(CONFIG_VARIABLES.localMode),
    connectivityCheck: valueOf(CONFIG_VARIABLES.connectivityCheck),
    logControl: valueOf(CONFIG_VARIABLES.logControl),
    apiRequestTimeout: valueOf(CONFIG_VARIABLES.apiRequestTimeout, local.apiRequestTimeout),
    delta: valueOf(CONFIG_VARIABLES.delta),
    deltaRequestTimeout: valueOf(CONFIG_VARIABLES.deltaRequestTimeout),
    deltaApplyTimeout: valueOf(CONFIG_VARIABLES.deltaApplyTimeout),
    deltaRetryCount: valueOf(CONFIG_VARIABLES.deltaRetryCount),
    deltaRetryInterval: valueOf(CONFIG_VARIABLES.deltaRetryInterval),
    overrideLock: valueOf(CONFIG_VARIABLES.overrideLock),
    persistentLogging: valueOf(CONFIG_VARIABLES.persistentLogging),
    vpnControl: valueOf(CONFIG_VARIABLES.vpnControl),
    firewallMode: valueOf(CONFIG_VARIABLES.firewallMode),
    hostDiscoverability: valueOf(CONFIG_VARIABLES.hostDiscoverability),
    hardwareMetrics: valueOf(CONFIG_VARIABLES.hardwareMetrics),
  };
}
