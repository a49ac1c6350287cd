import type { SupervisorError } from '@device-supervisor/errors';
import {
  AddressNotAvailableError,
  ContainerRestartingError,
  EngineRequestError,
  ImageNotFoundError,
  ImagePullError,
  NameConflictError,
  NoSpaceError,
  NotFoundError,
  ObjectInUseError,
  PortInUseError,
  type EngineObject,
  type PullFailure,
} from '../errors.ts';

/** The error that an engine returned. */
export interface Refusal {
  /** Method and path. */
  readonly request: string;
  /** HTTP status. */
  readonly status: number;
  /** The engine's words. */
  readonly message: string;
}

type Rule = readonly [
  pattern: RegExp,
  toError: (match: readonly (string | undefined)[], message: string) => SupervisorError,
];

/** From the most specific to the most general; the engine tells most failures apart by their text alone. */
const RULES: readonly Rule[] = [
  [/no space left on device|ENOSPC|disk quota exceeded/i, (_, message) => new NoSpaceError(message)],
  [
    /listen (?:tcp|udp|sctp)\S* (\S+?):\d+: bind: cannot assign requested address/,
    ([, address], message) => new AddressNotAvailableError(withoutBrackets(address), message),
  ],
  [/cannot assign requested address/, (_, message) => new AddressNotAvailableError(null, message)],
  [/Bind for (\S+):(\d+) failed: port is already allocated/, portInUse],
  [/listen (tcp|udp|sctp)\S* (\S+):(\d+): bind: address already in use/, listenInUse],
  [/failed to bind host port (?:for )?(\S+?):(\d+)(?::\S+)?\/(tcp|udp|sctp): address already in use/, portInUse],
  [
    /port is already allocated|address already in use/,
    (_, message) => new PortInUseError({ port: null, protocol: null, address: null }, message),
  ],
  [/The container name "\/?([^"]+)" is already in use/, ([, name = '']) => new NameConflictError('container', name)],
  [/network with name (\S+) already exists/, ([, name = '']) => new NameConflictError('network', name)],
  [/volume named (\S+) already exists/, ([, name = '']) => new NameConflictError('volume', name)],
  [
    /unable to remove repository reference "([^"]+)"/,
    ([, name = ''], message) => new ObjectInUseError('image', name, message),
  ],
  [
    /unable to delete (\S+) .*image (?:is being used|has dependent)/,
    ([, name = ''], message) => new ObjectInUseError('image', name, message),
  ],
  [
    /network (\S+)(?: id \S+)? has active endpoints/,
    ([, name = ''], message) => new ObjectInUseError('network', name, message),
  ],
  [/remove (\S+): volume is in use/, ([, name = ''], message) => new ObjectInUseError('volume', name, message)],
  // The network stack of a container goes with each run of it.
  [/sandbox \S+ not found/, (_, message) => new ContainerRestartingError(message)],
  [/No such image: (\S+)/i, ([, name = '']) => new ImageNotFoundError(name)],
  [/No such container: (\S+)/i, ([, name = '']) => new NotFoundError('container', name)],
  [/logs from container which is dead or marked for removal/, () => new NotFoundError('container', 'that was removed')],
  [/network (\S+) not found|No such network: (\S+)/i, ([, a, b]) => new NotFoundError('network', a ?? b ?? '')],
  [
    /(?:get|remove) (\S+): no such volume|No such volume: (\S+)/i,
    ([, a, b]) => new NotFoundError('volume', a ?? b ?? ''),
  ],
];

/** The error that stands for a refusal. */
export function failureOf({ request, status, message }: Refusal): SupervisorError {
  for (const [pattern, toError] of RULES) {
    const match = pattern.exec(message);
    if (match !== null) return toError(match, message);
  }
  const object = /^\S+ \/(container|image|network|volume)s\/([^/]+)/.exec(request);
  if (status === 404 && object !== null) {
    const [, kind = '', name = ''] = object;
    return new NotFoundError(isEngineObject(kind) ? kind : 'object', decodeURIComponent(name));
  }
  return new EngineRequestError(request, status, message === '' ? `status ${status}` : message);
}

/** The error that stands for a failed pull; both the engine's and the registry's words end up in `message`. */
export function pullFailureOf(reference: string, message: string): SupervisorError {
  const failure = failureOf({ request: 'POST /images/create', status: 0, message });
  if (failure instanceof NoSpaceError) return failure;
  const reason = PULL_REASONS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other';
  return new ImagePullError(reference, reason, message);
}

/** A registry answers `denied` also for a repository that does not exist, so as not to reveal which ones do. */
const PULL_REASONS: readonly (readonly [RegExp, PullFailure])[] = [
  [/toomanyrequests|too many requests|pull rate limit/i, 'too-many-requests'],
  [
    /unauthorized|authentication required|pull access denied|denied:|no basic auth credentials|403 Forbidden/i,
    'unauthorized',
  ],
  [
    /server gave HTTP response to HTTPS client|x509:|tls: |first record does not look like a TLS handshake|malformed HTTP response/i,
    'tls',
  ],
  [
    /verification failed for digest|filesystem layer verification failed|manifest verification failed|unexpected digest/i,
    'corrupt',
  ],
  [/manifest unknown|not found|name unknown|no matching manifest|NAME_UNKNOWN/i, 'not-found'],
  [
    /dial tcp|dial unix|no such host|i\/o timeout|TLS handshake|connection re(?:fused|set)|network is unreachable|no route to host|Client\.Timeout|unexpected EOF|: EOF|proxyconnect|server misbehaving|50[0234] /i,
    'unreachable',
  ],
];

function portInUse(
  [, address = '', port = '', protocol]: readonly (string | undefined)[],
  message: string,
): PortInUseError {
  return new PortInUseError(
    { port: Number(port), protocol: protocol ?? null, address: withoutBrackets(address) },
    message,
  );
}

function listenInUse(
  [, protocol = '', address = '', port = '']: readonly (string | undefined)[],
  message: string,
): PortInUseError {
  return portInUse(['', address, port, protocol], message);
}

function withoutBrackets(address: string | undefined): string | null {
  return address === undefined ? null : address.replace(/^\[(.*)\]$/, '$1');
}

function isEngineObject(kind: string): kind is EngineObject {
  return ['container', 'image', 'network', 'volume'].includes(kind);
}
