import type { Damage } from '@device-supervisor/compose';
import { describeError } from '@device-supervisor/errors';
import { EngineAnswerError, EngineRequestError, EngineUnreachableError } from '../errors.ts';

const FIRST_SERVER_ERROR = 500;
/** The engine is busy or starting, which passes. */
const UNAVAILABLE = 503;

/** The damage that a failed inspection shows. */
export function damageOf(error: unknown): Damage {
  return { reason: describeError(error).message, isFinal: isFinal(error) };
}

/** Whether another try may go better, so that one failure proves nothing. */
export function isFinal(error: unknown): boolean {
  if (error instanceof EngineAnswerError) return true;
  if (error instanceof EngineUnreachableError) return false;
  if (error instanceof EngineRequestError) {
    return error.details.status >= FIRST_SERVER_ERROR && error.details.status !== UNAVAILABLE;
  }
  // An error of the engine, such as a full disk, passes; an answer that our mapping cannot read does not.
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}
