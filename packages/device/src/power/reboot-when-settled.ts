import type { Blocked, Plan } from '@device-supervisor/compose';
import { formatError } from '@device-supervisor/errors';
import type { RebootAfterApply } from './reboot-after-apply.ts';

/** Reasons that a reboot waits for. Others, such as an image that cannot be pulled, may last indefinitely. */
const PASSES_SOON: ReadonlySet<Blocked['reason']> = new Set(['engine', 'hand-over']);

/**
 * Writes down the reboots that services of a plan wait for, and asks for one when nothing else is left to do.
 *
 * @returns the plan with what stands against the reboot
 */
export async function rebootWhenSettled(plan: Plan, reboots: RebootAfterApply): Promise<Plan> {
  const waiting = plan.blocked.filter(({ reason }) => reason === 'reboot');
  for (const { appId, service } of waiting) await reboots.schedule(`service ${service} of app ${appId} waits for it`);
  if (plan.operations.length > 0 || plan.blocked.some(({ reason }) => PASSES_SOON.has(reason))) return plan;
  try {
    await reboots.rebootIfScheduled();
    return plan;
  } catch (error) {
    const message = `the device has to reboot (${reboots.reasons.join(', ')}): ${formatError(error)}`;
    const obstacle: Blocked = { appId: null, service: null, reason: 'locked', message };
    return { ...plan, blocked: [...plan.blocked, obstacle] };
  }
}

/** The plan of a device that goes down: nothing of it is begun, and what is left to do says what it waits for. */
export function planDuringReboot(plan: Plan, reboots: Pick<RebootAfterApply, 'begun'> | undefined): Plan {
  if (reboots === undefined || reboots.begun.length === 0) return plan;
  const message = `it goes on after the reboot (${reboots.begun.join(', ')})`;
  const blocked = plan.blocked.filter(({ appId, reason }) => appId !== null || reason !== 'reboot');
  return { ...plan, operations: [], blocked: [...blocked, { appId: null, service: null, reason: 'reboot', message }] };
}
