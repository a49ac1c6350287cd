import { parseEngineEndpoint } from '@device-supervisor/local-engine';
import Docker from 'dockerode';
import { StartError } from '../errors.ts';

/**
 * A client of a container engine.
 *
 * @param endpoint `unix:///path` or `tcp://host:port`
 */
export function connectEngine(endpoint: string): Docker {
  const parsed = parseEngineEndpoint(endpoint);
  if (parsed === undefined) {
    throw new StartError(`${endpoint} does not name an engine`, { hint: 'Write unix:///path or tcp://host:port' });
  }
  return new Docker(
    parsed.kind === 'unix'
      ? { socketPath: parsed.socketPath }
      : { protocol: 'http', host: parsed.host, port: parsed.port },
  );
}
