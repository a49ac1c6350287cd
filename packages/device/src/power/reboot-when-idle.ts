import type { Plan } from '@device-supervisor/compose';
import { isFinal } from '../plan-changes.ts';
import type { Clock } from '../ports.ts';
import type { RebootAfterApply } from './reboot-after-apply.ts';

export interface RebootWhenIdleDependencies {
  readonly schedule: RebootAfterApply;
  readonly clock: Clock;
  /** Why a reboot that is due does not come yet: what {@link RebootAfterApply.rebootIfScheduled} throws. Tried again. */
  readonly onWaiting: (error: unknown) => void;
}

/** Reboots the host as soon as a reboot is asked for and a plan has nothing else left. */
export interface RebootWhenIdle extends AsyncDisposable {
  /** To be called with each new plan. A service that starts after a reboot only asks for one. */
  consider(plan: Pick<Plan, 'operations' | 'blocked'>): void;
}

/** Between two tries, in milliseconds: a lock of another app's service may have been released without a new plan. */
const RETRY_INTERVAL = 30_000;

export function createRebootWhenIdle(dependencies: RebootWhenIdleDependencies): RebootWhenIdle {
  const { schedule, clock, onWaiting } = dependencies;
  let timer: Disposable | null = null;
  let isIdle = false;
  let isStopped = false;
  let work: Promise<void> = Promise.resolve();

  const attempt = async (reasons: readonly string[]): Promise<void> => {
    if (isStopped) return;
    try {
      for (const reason of reasons) await schedule.schedule(reason);
      if (!isIdle || (await schedule.rebootIfScheduled())) return;
    } catch (error) {
      onWaiting(error);
      if (isIdle && !isStopped) tryLater(reasons);
    }
  };
  const tryLater = (reasons: readonly string[]): void => {
    timer?.[Symbol.dispose]();
    timer = clock.schedule(RETRY_INTERVAL, () => enqueue(reasons));
  };
  const enqueue = (reasons: readonly string[]): void => {
    work = work.then(() => attempt(reasons));
  };

  return {
    consider(plan) {
      timer?.[Symbol.dispose]();
      timer = null;
      isIdle = onlyRebootIsLeft(plan);
      const waiting = plan.blocked.filter(({ reason }) => reason === 'reboot');
      enqueue(waiting.map(({ appId, service }) => `service ${service} of app ${appId} starts after a reboot`));
    },
    async [Symbol.asyncDispose]() {
      isStopped = true;
      timer?.[Symbol.dispose]();
      await work;
    },
  };
}

/** Would a reboot interrupt nothing, and keep nothing from being done? */
export function onlyRebootIsLeft({ operations, blocked }: Pick<Plan, 'operations' | 'blocked'>): boolean {
  const waitingApps = new Set(blocked.filter(({ reason }) => reason === 'reboot').map(({ appId }) => appId));
  // A service may depend on one that only starts after the reboot.
  const isMoot = (one: (typeof blocked)[number]): boolean =>
    one.reason === 'reboot' || isFinal(one) || (one.reason === 'dependency' && waitingApps.has(one.appId));
  return operations.length === 0 && blocked.every(isMoot);
}
