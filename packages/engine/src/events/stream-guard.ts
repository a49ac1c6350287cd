import type { Clock } from '@device-supervisor/device';
import type { Changes, ListKind } from '../observe/changes.ts';

export interface StreamGuardOptions {
  readonly clock: Pick<Clock, 'schedule'>;
  readonly changes: Changes;
  /** The stream of events left out a change. */
  readonly onMissed: () => void;
}

export interface StreamGuard extends Disposable {
  /** A list shows a change that no event has announced so far. */
  suspect(kind: ListKind): void;
}

/** An event may come a little later than the list that shows its change. Milliseconds. */
const GRACE_MS = 2_000;

/** Finds out whether a stream of events is silent though something happens. */
export function createStreamGuard({ clock, changes, onMissed }: StreamGuardOptions): StreamGuard {
  /** Number of events of a kind at the moment when a list showed a change without one. */
  const suspects = new Map<ListKind, number>();
  let timer: Disposable | null = null;
  const decide = (): void => {
    timer = null;
    const missed = [...suspects].some(([kind, events]) => changes.events(kind) === events);
    suspects.clear();
    if (missed) onMissed();
  };
  return {
    suspect(kind) {
      if (!suspects.has(kind)) suspects.set(kind, changes.events(kind));
      timer ??= clock.schedule(GRACE_MS, decide);
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
    },
  };
}
