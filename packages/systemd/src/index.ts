export { createSystemd } from './create-systemd.ts';
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
} from './errors.ts';
export { createPowerFiles, type PowerFiles } from './power-files.ts';
