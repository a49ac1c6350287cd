export { createSystemd, type SystemdOptions } from './create-systemd.ts';
export { createMountUnits, type MountUnits } from './mount-units.ts';
export type { HostName, HostPower, Systemd, Units, UnitState } from './systemd.ts';
export {
  AccessDeniedError,
  BusCallError,
  BusUnavailableError,
  CallTimedOutError,
  HostGoingDownError,
  InvalidBusAddressError,
  PowerRefusedError,
  ServiceUnavailableError,
  SystemdClosedError,
  UnitJobError,
  UnitNotFoundError,
  type PowerAction,
  type UnitJob,
} from './errors.ts';
export { createPowerFiles, type PowerFiles, type PowerFilesOptions } from './power-files.ts';
