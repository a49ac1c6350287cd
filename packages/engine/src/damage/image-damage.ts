import type { SupervisorError } from '@device-supervisor/errors';
import { EngineRequestError, ImageDamagedError } from '../errors.ts';
import { failureOf, type Refusal } from '../transport/engine-failure.ts';
import type { ContainerInspection } from '../wire/container-wire.ts';
import { saysLostFiles } from './lost-files.ts';

/** The damage that a refused creation shows: the engine reads only the image's layers for it. */
export function createFailureOf(image: string, refusal: Refusal): SupervisorError {
  return saysLostFiles(refusal.message) ? new ImageDamagedError(image, refusal.message) : failureOf(refusal);
}

/**
 * The damage that a failed start shows. A container that never ran has all files of its own, so lost ones are its image's; one
 * that ran is assumed to be damaged itself.
 *
 * @param inspect resolves to the container that did not start
 */
export async function startFailureOf(error: unknown, inspect: () => Promise<ContainerInspection>): Promise<unknown> {
  if (!(error instanceof EngineRequestError) || !saysLostFiles(error.message)) return error;
  try {
    const { State, Config } = await inspect();
    return Date.parse(State.StartedAt) > 0 ? error : new ImageDamagedError(Config.Image, error.message);
  } catch {
    // The container is damaged itself, or gone: the failure stays what it is.
    return error;
  }
}
