import type { SessionEvent } from '../session/session.ts';

/** Longest delay between two tries of the same operation, in milliseconds; the default poll interval. */
export const LONGEST_RETRY = 900_000;

/** While operations run, changes are gathered for this time, in milliseconds: most of them are what the operations do. */
export const ECHO_PAUSE = 500;

/** Why the session rejects an action, for the client that asked for it. */
export const REJECTIONS = {
  cancelled: 'a client cancelled it before it began',
  overruled: 'a later request took its place',
} as const;

/** Events after which there may be something to do. */
export const WAKING: ReadonlySet<SessionEvent['type']> = new Set([
  'target',
  'update',
  'cancel',
  'action',
  'locks-returned',
  'announcement-over',
]);
