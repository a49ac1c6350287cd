export { createSystemd, type SystemdOptions } from './create-systemd.ts';
export type { HostName, HostPower, Systemd, Units, UnitState } from './systemd.ts';
export {
  AccessDeniedError,
  BusCallError,
  BusUnavailableError,
  CallTimedOutError,
  HostGoingDownError,
  InvalidBusAddressError,
  ServiceUnavailableError,
  SystemdClosedError,
  UnitJobError,
  UnitNotFoundError,
  type UnitJob,
} from './errors.ts';
