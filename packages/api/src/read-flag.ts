import * as z from 'zod';
import { InvalidRequestError } from './errors.ts';
import type { RequestBody } from './read-body.ts';

/** The spellings of yes and no that clients of this API use. */
const Flag = z.union([
  z.literal([true, 1, '1', 'true', 'on']).transform(() => true),
  z.literal([false, 0, '0', 'false', 'off', '', null, undefined]).transform(() => false),
]);

/**
 * Reads a yes or no; absent is no.
 *
 * @throws InvalidRequestError for anything else: to take it for no would do something else than was asked for
 */
export function readFlag(body: RequestBody, name: string): boolean {
  const flag = Flag.safeParse(body[name]);
  if (!flag.success) throw new InvalidRequestError(`${name}: must be true or false`);
  return flag.data;
}
