import type { Plan } from '@device-supervisor/api-client';
import type { Activity, FinishedOperation, OperationSummary, Progress } from './activity.ts';

/** One operation as the page shows it. */
export interface PlanStep {
  readonly operation: OperationSummary;
  readonly status: StepStatus;
  readonly progress?: Progress;
  /** Why it failed. */
  readonly reason?: string;
  /** Operations that it waits for, for a person. */
  readonly after: readonly OperationSummary[];
}

/** - `next`: nothing else has to end first - `waiting`: for other steps */
export type StepStatus = FinishedOperation['result'] | 'running' | 'next' | 'waiting';

/**
 * Operations that ended since the device was last at rest, running ones, and planned ones; in this order. A
 * plan does not name what is done already, and may still name what runs.
 */
export function planSteps({ operations }: Pick<Plan, 'operations'>, { running, finished }: Activity): PlanStep[] {
  const planned = new Map(operations.map((one) => [one.id, one]));
  const pending = operations.filter(({ id }) => !running.has(id));
  const past = finished.filter(({ operation: { id } }) => !planned.has(id) && !running.has(id));
  return [
    ...past.map(({ operation, result, reason }) => ({
      operation,
      status: result,
      after: [],
      ...(reason === undefined ? {} : { reason }),
    })),
    ...[...running.values()].map((one) => ({ status: 'running' as const, after: [], ...one })),
    ...pending.map((operation): PlanStep => {
      const after = operation.dependsOn.flatMap((id) => planned.get(id) ?? running.get(id)?.operation ?? []);
      return { operation, status: after.length === 0 ? 'next' : 'waiting', after };
    }),
  ];
}

/** How much of all steps has ended, as a share from 0 to 1; `null`: there are none. */
export function progressOf(steps: readonly PlanStep[]): number | null {
  if (steps.length === 0) return null;
  const done = steps.reduce((sum, { status, progress }) => {
    if (status === 'running') return sum + (progress?.percent ?? 0) / 100;
    return status === 'next' || status === 'waiting' ? sum : sum + 1;
  }, 0);
  return done / steps.length;
}
