import type { Blocked, Plan } from '@device-supervisor/compose';
import type { LockedApp } from '../ports.ts';
import { spaceRecheck } from '../downloads/image-storage.ts';
import { LOCK_RECHECK } from '../locks/lock-watcher.ts';

/** Does it wait for what a service does with the files in its lock directory? */
function awaitsService({ reason }: Blocked): boolean {
  return reason === 'locked' || reason === 'hand-over';
}

/** Is there nothing to wait for? Only a request or another target changes it, or it does not matter to the target. */
export function isFinal({ reason }: Blocked): boolean {
  return FINAL.has(reason);
}

const FINAL: ReadonlySet<Blocked['reason']> = new Set([
  'cleanup',
  'invalid',
  'unreadable',
  'contract',
  'name-taken',
  'cancelled',
]);

/** Does it keep the device from its target? */
export function missesTarget({ reason }: Blocked): boolean {
  return reason !== 'cleanup';
}

/** A plan in which apps with operations under way are as they were: what another plan says of them is over soon. */
export function withBusyApps(next: Plan, before: Plan, busyApps: ReadonlySet<number>): Plan {
  if (busyApps.size === 0) return next;
  const isBusy = ({ appId }: { readonly appId: number | null }): boolean => appId !== null && busyApps.has(appId);
  const merge = <T extends { readonly appId: number | null }>(now: readonly T[], earlier: readonly T[]): T[] => [
    ...now.filter((one) => !isBusy(one)),
    ...earlier.filter(isBusy),
  ];
  return {
    operations: next.operations,
    blocked: merge(next.blocked, before.blocked),
    notices: merge(next.notices, before.notices),
    wakeAt: next.wakeAt,
  };
}

/** Milliseconds until an app that could not be read is looked at again. */
const FAULT_RECHECK = 10_000;

/** Milliseconds after which another plan may differ without an event; `Infinity`: never. */
export function delayUntilChange({ blocked, wakeAt }: Pick<Plan, 'blocked' | 'wakeAt'>, now: number): number {
  return Math.min(
    blocked.some(awaitsService) ? LOCK_RECHECK : Infinity,
    spaceRecheck(blocked),
    blocked.some(({ reason }) => reason === 'fault') ? FAULT_RECHECK : Infinity,
    wakeAt === null ? Infinity : Math.max(0, wakeAt - now),
  );
}

/** The apps whose services a plan waits for. */
export function awaitedApps(apps: readonly LockedApp[], blocked: Plan['blocked']): LockedApp[] {
  const waiting = new Set(blocked.filter(awaitsService).map(({ appId }) => appId));
  return apps.filter(({ appId }) => waiting.has(appId) || waiting.has(null));
}
