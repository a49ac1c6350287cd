import {
  formatEngineEndpoint,
  parseEngineEndpoint,
  resolveEngine,
  type LocalEngine,
  type ResolveEngineOptions,
} from '@device-supervisor/local-engine';
import { StartError } from '../errors.ts';

/** The engine of a session that has not been stopped. */
export interface RecordedEngine {
  readonly endpoint: string;
  readonly kind: LocalEngine['kind'];
}

/**
 * The engine to work with: that of a session that is still there, or whichever {@link resolveEngine} finds.
 *
 * @throws StartError when the environment names another engine than the session that is still there has
 */
export async function chooseEngine(
  recorded: RecordedEngine | null,
  { stopCommand, ...options }: ResolveEngineOptions & { readonly stopCommand: string },
): Promise<LocalEngine> {
  if (recorded === null) return await resolveEngine(options);
  const { DOCKER_HOST, DOCKER_SOCKET, ...environment } = options.environment;
  const asked = [DOCKER_HOST, DOCKER_SOCKET].find((value) => value !== undefined && value !== '');
  if (asked !== undefined && normalize(asked) !== recorded.endpoint) {
    throw new StartError(`a supervisor for another engine (${recorded.endpoint}) is still running here`, {
      hint: `Stop it first with ${stopCommand} (and without DOCKER_HOST), or give this one a folder of its own with --state`,
    });
  }
  if (recorded.kind === 'private') return await resolveEngine({ ...options, environment, systemSockets: [] });
  return {
    ...recorded,
    description: `the engine at ${recorded.endpoint}`,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function normalize(endpoint: string): string {
  const parsed = parseEngineEndpoint(endpoint);
  return parsed === undefined ? endpoint : formatEngineEndpoint(parsed);
}
