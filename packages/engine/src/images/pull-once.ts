import type { Clock, RegistryAuth } from '@device-supervisor/device';
import { createRedactor } from '@device-supervisor/errors';
import { ImagePullError } from '../errors.ts';
import { pullFailureOf } from '../transport/engine-failure.ts';
import { readJsonLines } from '../transport/read-json-lines.ts';
import type { Transport } from '../transport/transport.ts';
import { PullLine } from '../wire/engine-wire.ts';
import { splitReference } from './split-reference.ts';
import { startStallGuard } from './stall-guard.ts';

export interface PullOnceOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly stallTimeout: number;
  /** `null`: anonymous. */
  readonly auth: RegistryAuth | null;
  readonly signal: AbortSignal;
  readonly onLine: (line: PullLine) => void;
}

/** One request for an image. Ending it, by the signal or because nothing comes any more, ends the engine's work on it. */
export async function pullOnce(reference: string, options: PullOnceOptions): Promise<void> {
  const { transport, clock, stallTimeout, auth, signal, onLine } = options;
  const { repository, version } = splitReference(reference);
  const redact = createRedactor(auth === null ? [] : secretsOf(auth));
  using guard = startStallGuard({
    clock,
    timeout: stallTimeout,
    toError: () => new ImagePullError(reference, 'stalled', `nothing came for ${Math.round(stallTimeout / 1000)} s`),
  });
  const stream = await transport.open({
    method: 'POST',
    path: '/images/create',
    query: { fromImage: repository, tag: version },
    limit: null,
    signal: AbortSignal.any([signal, guard.signal]),
    toError: ({ message }) => pullFailureOf(reference, redact(message)),
    ...(auth === null ? {} : { auth: authConfigOf(auth) }),
  });
  for await (const line of readJsonLines(stream.chunks, PullLine)) {
    guard.heard();
    const failure = line.errorDetail?.message || line.error;
    if (failure) throw pullFailureOf(reference, redact(failure));
    onLine(line);
  }
}

/** As the engine's header for a registry has it. */
function authConfigOf(auth: RegistryAuth): Record<string, string> {
  if ('password' in auth) return { username: auth.username, password: auth.password };
  return 'identityToken' in auth ? { identitytoken: auth.identityToken } : { registrytoken: auth.registryToken };
}

function secretsOf(auth: RegistryAuth): string[] {
  if ('password' in auth) return [auth.password];
  return ['identityToken' in auth ? auth.identityToken : auth.registryToken];
}
