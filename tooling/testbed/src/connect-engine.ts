import { parseEngineEndpoint } from '@device-supervisor/local-engine';
import Docker from 'dockerode';

/** A plain client of the engine's API, for arranging a test and looking at what came of it. */
export function connectEngine(endpoint: string): Docker {
  const parsed = parseEngineEndpoint(endpoint);
  if (parsed === undefined) throw new TypeError(`not an engine's endpoint: ${endpoint}`);
  return new Docker(
    parsed.kind === 'unix' ? { socketPath: parsed.socketPath } : { host: parsed.host, port: parsed.port },
  );
}
