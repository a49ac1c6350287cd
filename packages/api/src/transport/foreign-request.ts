import { isIP } from 'node:net';
import { ForeignRequestError } from '../errors.ts';

/**
 * Refuses what a web page of another site lets a browser send. Without keys this is all that stands between such a page
 * and the device: a form of another site, and a name of another site that points to this device (DNS rebinding).
 *
 * @param isOurName whether a name is this device's, beyond those that only its own network can resolve
 * @throws ForeignRequestError
 */
export function refuseForeign(request: Request, isOurName: (name: string) => boolean): void {
  const { headers } = request;
  if (headers.get('sec-fetch-site') === 'cross-site') {
    throw new ForeignRequestError('a browser sent it for a page of another site');
  }
  const host = headers.get('host') ?? new URL(request.url).host;
  const name = nameIn(host);
  if (!isLocalName(name) && !isOurName(name)) throw new ForeignRequestError(`${name} is not a name of this device`);
  const origin = headers.get('origin');
  if (origin !== null && hostIn(origin) !== host.toLowerCase()) {
    throw new ForeignRequestError(`a page of ${origin} sent it`);
  }
}

/** Addresses, and names that public name servers do not have: no other site can make them point here. */
function isLocalName(name: string): boolean {
  return isIP(name) !== 0 || !name.includes('.') || name.endsWith('.local');
}

/** Without port and, of IPv6 addresses, brackets and zone. */
function nameIn(host: string): string {
  const bracketed = /^\[([^\]%]*)[^\]]*\]/.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d*$/, '')).toLowerCase().replace(/\.$/, '');
}

/** `null`: the origin has no host, as that of a file or of a frame in a sandbox. */
function hostIn(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
