import { UsageError } from './errors.ts';

/** The port of the API of every device. */
export const DEFAULT_PORT = 48_484;

/**
 * The address of a device's API, e.g. `http://192.0.2.7:48484`.
 *
 * @param device `host`, `host:port`, `[2001:db8::7]:port` or an address with `http://` or `https://`
 * @throws UsageError
 */
export function parseAddress(device: string): string {
  const text = /^https?:\/\//.test(device) ? device : `http://${device}`;
  if (device === '' || !URL.canParse(text)) {
    throw new UsageError(`--device ${device} is no address`, 'Write HOST, HOST:PORT or [IPV6]:PORT.');
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UsageError('--device takes an address alone', 'A key is never an argument.');
  }
  // The parser drops the usual port of the scheme, so the text decides whether there is one.
  const hasPort = /:\d+\/?$/.test(text);
  return `${url.protocol}//${url.hostname}:${url.port || (hasPort || url.protocol === 'https:' ? portOf(url) : DEFAULT_PORT)}`;
}

function portOf({ protocol }: URL): number {
  return protocol === 'https:' ? 443 : 80;
}
