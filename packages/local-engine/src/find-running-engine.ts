import { hasErrorCode } from '@device-supervisor/errors';
import { stat } from 'node:fs/promises';
import { ConfiguredEngineError, type EngineVariable, type TriedSocket } from './errors.ts';
import { formatEngineEndpoint, parseEngineEndpoint } from './engine-endpoint.ts';
import { pingEngine } from './ping-engine.ts';

/** Variables that name an engine, in the order in which they count. */
const VARIABLES: readonly EngineVariable[] = ['DOCKER_HOST', 'DOCKER_SOCKET'];

/**
 * Endpoint of the engine that the environment names, which must answer; `undefined` when it names none.
 * @throws {@link ConfiguredEngineError}
 */
export async function findConfiguredEngine(
  environment: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<{ readonly variable: EngineVariable; readonly endpoint: string } | undefined> {
  for (const variable of VARIABLES) {
    const value = environment[variable];
    if (value === undefined || value === '') continue;
    const endpoint = parseEngineEndpoint(value);
    if (endpoint === undefined)
      throw new ConfiguredEngineError(variable, value, 'only unix:// and tcp:// are supported');
    const result = await pingEngine(endpoint, signal);
    if (result.kind === 'silent') throw new ConfiguredEngineError(variable, value, result.reason);
    return { variable, endpoint: formatEngineEndpoint(endpoint) };
  }
  return undefined;
}

/** The first of the sockets that an engine answers on, and what came of those before it. */
export async function findSystemEngine(
  sockets: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly socketPath: string | undefined; readonly tried: readonly TriedSocket[] }> {
  const tried: TriedSocket[] = [];
  for (const path of sockets) {
    const outcome = await trySocket(path, signal);
    if (outcome === 'answers') return { socketPath: path, tried };
    tried.push({ path, outcome });
  }
  return { socketPath: undefined, tried };
}

async function trySocket(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    await stat(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return 'absent';
    return error instanceof Error ? error.message : String(error);
  }
  const result = await pingEngine({ kind: 'unix', socketPath: path }, signal);
  return result.kind === 'answers' ? 'answers' : result.reason;
}
