import { InvalidBusAddressError } from '../errors.ts';

/**
 * The socket of a D-Bus address: the first alternative of kind `unix` with a `path` or an `abstract` name.
 *
 * @example
 * ```ts
 * busSocket('unix:path=/run/dbus/system_bus_socket'); // '/run/dbus/system_bus_socket'
 * ```
 * @throws {@link InvalidBusAddressError}
 */
export function busSocket(address: string): string {
  for (const alternative of address.split(';')) {
    const socket = socketOf(alternative.trim());
    if (socket !== null && isPassable(socket)) return socket;
  }
  throw new InvalidBusAddressError(address);
}

function socketOf(alternative: string): string | null {
  const [, parameters] = /^unix:(.*)$/.exec(alternative) ?? [];
  if (parameters === undefined) return null;
  const values = new Map(parameters.split(',').map((parameter) => splitOnce(parameter, '=')));
  const path = values.get('path');
  if (path !== undefined) return unescape(path);
  const name = values.get('abstract');
  return name === undefined ? null : unescape(`\0${name}`);
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Bytes of an address other than `-0-9A-Za-z_/.\*` may be written as `%` and two digits. */
function unescape(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

/** dbus-next takes addresses apart at these, without unescaping. */
function isPassable(socket: string): boolean {
  return socket !== '' && !/[:;,=]/.test(socket);
}
