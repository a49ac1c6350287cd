export { openBootConfig, type BootConfig, type BootConfigOptions, type BootConfigResult } from './open-boot-config.ts';
export {
  planBootConfig,
  type BootChange,
  type BootConfigPlan,
  type BootPlanInput,
  type BootProblem,
} from './plan-boot-config.ts';
export { backendsOf, type BootPlaces } from './backends.ts';
export type { BootBackend, BootBackendName, BootVariables, CheckedValue } from './boot-backend.ts';
export type { DeviceKind } from './device-kind.ts';
export { openOdmDevice, type OdmDevice, type OdmDeviceOptions } from './odmdata/odm-device.ts';
export { openAcpiTables, type AcpiTables, type AcpiTablesOptions } from './configfs/acpi-tables.ts';
export type { PowerFanConfig } from './power-fan/power-fan-backend.ts';
export { BootConfigReadError, BootConfigWriteError, BootFileInvalidError } from './errors.ts';
