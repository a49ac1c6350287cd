import type { Blocked, Plan } from '@device-supervisor/compose';
import { spaceRecheck } from '../downloads/image-storage.ts';
import { LOCK_RECHECK } from '../locks/lock-watcher.ts';

/** Does it wait for what a service does with the files in its lock directory? */
export function awaitsService({ reason }: Blocked): boolean {
  return reason === 'locked' || reason === 'hand-over';
}

/** Is the device done nevertheless? Only another target changes it, or it does not matter to the target. */
export function isFinal({ reason }: Blocked): boolean {
  return reason === 'cleanup' || reason === 'invalid' || reason === 'contract' || reason === 'name-taken';
}

/** Milliseconds after which another plan may differ though nobody tells of a change; `Infinity`: never. */
export function delayUntilChange({ blocked, wakeAt }: Pick<Plan, 'blocked' | 'wakeAt'>, now: number): number {
  return Math.min(
    blocked.some(awaitsService) ? LOCK_RECHECK : Infinity,
    spaceRecheck(blocked),
    wakeAt === null ? Infinity : Math.max(0, wakeAt - now),
  );
}
