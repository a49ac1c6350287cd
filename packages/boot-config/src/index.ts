export { openBootConfig, type BootConfig, type BootConfigOptions } from './open-boot-config.ts';
export { planBootConfig } from './plan-boot-config.ts';
export { backendsOf } from './backends.ts';
export type { BootVariables } from './boot-backend.ts';

export { openOdmDevice } from './odmdata/odm-device.ts';
export { openAcpiTables } from './configfs/acpi-tables.ts';
export type { PowerFanConfig } from './power-fan/power-fan-backend.ts';
export { BootConfigReadError, BootConfigWriteError, BootFileInvalidError } from './errors.ts';
