import { createHash } from 'node:crypto';

/** An id that looks like an engine's: the same seed gives the same id. */
export function fakeId(seed: string): string {
  return createHash('sha256').update(seed).digest('hex');
}
