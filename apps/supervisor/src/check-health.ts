import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { SupervisorConfig } from './config.ts';

/** Milliseconds for an answer. */
const PATIENCE = 10_000;
const DEFAULT_PORT = 48484;

/**
 * Asks the supervisor of this host whether it works. It is what a container's health check runs, so it loads little.
 *
 * @returns `null`: it does; else why not
 */
export async function checkHealth(
  config: Pick<SupervisorConfig, 'listenPort' | 'configJsonPath'>,
): Promise<string | null> {
  const port = config.listenPort ?? (await configuredPort(config.configJsonPath)) ?? DEFAULT_PORT;
  try {
    const status = await statusOf(port);
    return status === 200 ? null : `GET /v1/healthy on port ${port} answers ${status}`;
  } catch (error) {
    return `nothing answers on port ${port}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function statusOf(port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request({ host: '127.0.0.1', port, path: '/v1/healthy', signal: AbortSignal.timeout(PATIENCE) }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  })
    .on('error', reject)
    .end();
  return promise;
}

async function configuredPort(path: string): Promise<number | null> {
  const [text] = await Promise.allSettled([readFile(path, 'utf8')]);
  if (text.status === 'rejected') return null;
  // A damaged file has been reported by the supervisor, which then listens at its last good port or the default one.
  const port = /"listenPort"\s*:\s*"?(\d{1,5})\b/.exec(text.value)?.[1];
  return port === undefined ? null : Number(port);
}
