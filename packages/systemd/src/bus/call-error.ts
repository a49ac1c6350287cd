import { AccessDeniedError, BusCallError, HostGoingDownError, ServiceUnavailableError } from '../errors.ts';
import type { MethodCall, RemoteError } from './connection.ts';

const ABSENT = new Set([
  'org.freedesktop.DBus.Error.ServiceUnknown',
  'org.freedesktop.DBus.Error.NameHasNoOwner',
  'org.freedesktop.DBus.Error.Disconnected',
  // The service went away while it had the call.
  'org.freedesktop.DBus.Error.NoReply',
  'org.freedesktop.DBus.Error.Spawn.ChildExited',
  'org.freedesktop.systemd1.NoSuchUnit',
  'org.freedesktop.systemd1.ShuttingDown',
]);

const DENIED = new Set([
  'org.freedesktop.DBus.Error.AccessDenied',
  'org.freedesktop.DBus.Error.AuthFailed',
  'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired',
  'org.freedesktop.PolicyKit1.Error.NotAuthorized',
]);

const GOING_DOWN = 'org.freedesktop.login1.OperationInProgress';

/** An error that a service, or the bus in its place, answered a call with, as one of ours. */
export function callError(call: MethodCall, { errorName, message }: RemoteError): Error {
  const name = `${call.destination} ${call.member}`;
  if (ABSENT.has(errorName)) return new ServiceUnavailableError(call.destination, errorName, message);
  if (DENIED.has(errorName)) return new AccessDeniedError(name, errorName, message);
  if (errorName === GOING_DOWN) return new HostGoingDownError(message);
  return new BusCallError(name, errorName, message);
}
