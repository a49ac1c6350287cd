import type { Blocked, Plan } from '@device-supervisor/compose';
import { isDeepStrictEqual } from 'node:util';
import type { DeviceEvent } from '../device.ts';

/** Before the first one was made. */
export const NO_PLAN: Plan = { operations: [], blocked: [], notices: [], wakeAt: null };

/** Failures are reported when they happen. */
const FAILED: ReadonlySet<Blocked['reason']> = new Set(['backoff', 'cleanup']);

/** The difference of a plan from the one before. */
export function planNews(next: Plan, before: Plan): DeviceEvent[] {
  const isNew = <T>(one: T, known: readonly T[]): boolean => !known.some((other) => isDeepStrictEqual(other, one));
  return [
    ...next.blocked
      .filter((blocked) => !FAILED.has(blocked.reason) && isNew(blocked, before.blocked))
      .map((blocked) => ({ type: 'blocked', blocked }) as const),
    ...next.notices
      .filter((notice) => isNew(notice, before.notices))
      .map((notice) => ({ type: 'notice', notice }) as const),
  ];
}
