import type { SupervisorError } from '@device-supervisor/errors';
import { EngineRequestError, ImageDamagedError } from '../errors.ts';
import { failureOf, type Refusal } from '../transport/engine-failure.ts';
import type { ContainerInspection } from '../wire/container-wire.ts';
import { saysLostFiles } from './lost-files.ts';

/** What a refusal to make a container from an image means: only the image's layers are read for it. */
export function createFailureOf(image: string, refusal: Refusal): SupervisorError {
  return saysLostFiles(refusal.message) ? new ImageDamagedError(image, refusal.message) : failureOf(refusal);
}

/**
 * What a failed start means. A container that never ran has all files of its own, so that lost ones are its image's; one
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
