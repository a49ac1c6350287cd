import type { Operation } from './operation.ts';
import type { Plan } from './plan-output.ts';

/** Prints a plan, a line for each operation in order, then what waits, then what is not applied. */
export function formatPlan({ operations, blocked, notices }: Plan): string {
  return [
    ...operations.map(formatOperation),
    ...blocked.map(
      ({ appId, service, reason, message }) => `blocked ${subject(appId, service)} (${reason}): ${message}`,
    ),
    ...notices.map(({ appId, service, field, reason }) => `notice ${subject(appId, service)}: ${field} ${reason}`),
  ].join('\n');
}

function formatOperation({ id, cause, dependsOn }: Operation): string {
  return dependsOn.length === 0 ? `${id}: ${cause}` : `${id}: ${cause} [after ${dependsOn.join(', ')}]`;
}

function subject(appId: number | null, service: string | null): string {
  if (appId === null) return 'device';
  return service === null ? `app ${appId}` : `app ${appId} service ${service}`;
}
