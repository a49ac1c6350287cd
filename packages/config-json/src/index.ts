export { openConfigJson, type ConfigJsonFile, type DeviceIdentity } from './open-config-json.ts';
export { ConfigJson } from './config-json.ts';
export type { DecodedConfigJson } from './decode-config-json.ts';

export {
  ConfigJsonContendedError,
  ConfigJsonDamagedError,
  ConfigJsonIdentityError,
  ConfigJsonMissingError,
  ConfigJsonPatchError,
  ConfigJsonReadError,
  ConfigJsonWriteError,
} from './errors.ts';
export { extraFirmwareOf, persistentLoggingOf, powerAndFanOf, type ExtraFirmwareSetting } from './settings-of-host.ts';
