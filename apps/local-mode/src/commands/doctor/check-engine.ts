import { request } from 'node:http';
import { parseEngineEndpoint } from '@device-supervisor/local-engine';
import { fails, passed, warns, type Check } from './check.ts';

/** The builder that an engine offers; `silent`: it does not answer. */
export type Builder = 'buildkit' | 'classic' | 'silent';

/** Milliseconds in which an engine answers. */
const DEADLINE = 5_000;

/** Asks an engine for its builder. @param endpoint `unix:///path` or `tcp://host:port` */
export async function askBuilder(endpoint: string): Promise<Builder> {
  const parsed = parseEngineEndpoint(endpoint);
  if (parsed === undefined) return 'silent';
  const { promise, resolve } = Promise.withResolvers<Builder>();
  const address = parsed.kind === 'unix' ? { socketPath: parsed.socketPath } : { host: parsed.host, port: parsed.port };
  request({ ...address, path: '/_ping', agent: false, signal: AbortSignal.timeout(DEADLINE) }, (answer) => {
    answer.resume();
    resolve(answer.headers['builder-version'] === '2' ? 'buildkit' : 'classic');
  })
    .once('error', () => resolve('silent'))
    .end();
  return await promise;
}

/** The check of the builder of an engine. */
export function checkBuilder(builder: Builder, endpoint: string): Check {
  switch (builder) {
    case 'buildkit':
      return passed('BuildKit', `the engine at ${endpoint} builds with BuildKit`);
    case 'classic':
      return warns(
        'BuildKit',
        `the engine at ${endpoint} has the classic builder only, which knows no RUN --mount and no here-documents`,
        'Use Docker 18.09 or newer for Dockerfiles that need BuildKit',
      );
    case 'silent':
      return fails(
        'BuildKit',
        `the engine at ${endpoint} does not answer`,
        'Start the engine; that of a device answers on a development variant of its OS',
      );
  }
}
