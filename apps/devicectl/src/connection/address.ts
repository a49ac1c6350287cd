import { UsageError } from '../errors.ts';

const DEFAULT_PORT = 48_484;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the device's API is: what was typed, what the environment says, or this machine.
 *
 * @param device `host`, `host:port`, `[2001:db8::7]:port` or an address with `http://` or `https://`
 * @throws UsageError
 */
export function addressOf(device: string | undefined, environment: Environment): string {
  if (device === '') throw new UsageError('--device names no device', 'Leave it out for this one.');
  const typed = device ?? environment['DEVICECTL_DEVICE'] ?? environment['BALENA_SUPERVISOR_ADDRESS'];
  if (typed === undefined || typed === '') {
    return `http://127.0.0.1:${environment['BALENA_SUPERVISOR_PORT'] ?? environment['LISTEN_PORT'] ?? DEFAULT_PORT}`;
  }
  const text = /^https?:\/\//.test(typed) ? typed : `http://${typed}`;
  if (!URL.canParse(text))
    throw new UsageError(`--device ${typed} is no address`, 'Write HOST, HOST:PORT or [IPV6]:PORT.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UsageError('--device takes an address alone', 'Give the key by --key-file or DEVICECTL_KEY.');
  }
  // The parser drops the usual port of the scheme, so what was typed says whether there is one.
  const hasPort = /:\d+\/?$/.test(text);
  return `${url.protocol}//${url.hostname}:${url.port || (hasPort || url.protocol === 'https:' ? portOf(url) : DEFAULT_PORT)}`;
}

function portOf({ protocol }: URL): number {
  return protocol === 'https:' ? 443 : 80;
}
