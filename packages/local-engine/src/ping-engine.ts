import { request } from 'node:http';
import type { EngineEndpoint } from './engine-endpoint.ts';

export type PingResult = { readonly kind: 'answers' } | { readonly kind: 'silent'; readonly reason: string };

/** An engine that takes longer is not usable, in milliseconds. */
const PING_TIMEOUT = 2000;

/** Asks `GET /_ping`; an engine answers 200 within two seconds. Never rejects, except with the signal's reason. */
export async function pingEngine(endpoint: EngineEndpoint, signal?: AbortSignal): Promise<PingResult> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(PING_TIMEOUT);
  try {
    const status = await ask(endpoint, signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    return status === 200 ? { kind: 'answers' } : { kind: 'silent', reason: `GET /_ping answered ${status}` };
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) return { kind: 'silent', reason: `no answer within ${PING_TIMEOUT / 1000} seconds` };
    return { kind: 'silent', reason: error instanceof Error ? error.message : String(error) };
  }
}

function ask(endpoint: EngineEndpoint, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const address =
    endpoint.kind === 'unix' ? { socketPath: endpoint.socketPath } : { host: endpoint.host, port: endpoint.port };
  request({ ...address, path: '/_ping', agent: false, signal }, (response) => {
    response.resume();
    response.once('error', reject);
    response.once('end', () => resolve(response.statusCode ?? 0));
  })
    .once('error', reject)
    .end();
  return promise;
}
