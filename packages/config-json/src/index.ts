export {
  openConfigJson,
  type ConfigJsonFile,
  type DeviceIdentity,
  type LastGoodOptions,
  type OpenConfigJsonOptions,
} from './open-config-json.ts';
export { ConfigJson } from './config-json.ts';
export type { ConfigJsonProblem, DecodedConfigJson } from './decode-config-json.ts';
export type { ConfigJsonPatch } from './patch-config-json.ts';
export {
  ConfigJsonContendedError,
  ConfigJsonDamagedError,
  ConfigJsonIdentityError,
  ConfigJsonMissingError,
  ConfigJsonPatchError,
  ConfigJsonReadError,
  ConfigJsonWriteError,
  type ConfigJsonDamage,
  type DamageReport,
} from './errors.ts';
export {
  extraFirmwareOf,
  persistentLoggingOf,
  powerAndFanOf,
  type ExtraFirmwareSetting,
  type PersistentLoggingSetting,
  type PowerAndFan,
  type PowerAndFanSetting,
} from './settings-of-host.ts';
