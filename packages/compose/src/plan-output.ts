import type { Operation } from './operation.ts';

/** The operations that make the engine match the target. */
export interface Plan {
  /** Each behind the operations that it depends on. Empty: nothing can be done now. */
  readonly operations: readonly Operation[];
  /** Blocked parts, with their reasons. */
  readonly blocked: readonly Blocked[];
  /** Parts of the target that are not applied, though their service runs. */
  readonly notices: readonly Notice[];
  /** When another plan may differ without a change, in milliseconds since the epoch; `null`: never. */
  readonly wakeAt: number | null;
}

export interface Blocked {
  /** `null`: no app in particular. */
  readonly appId: number | null;
  /** `null`: the whole app. */
  readonly service: string | null;
  readonly reason: BlockReason;
  /** For a person to read; never contains a secret. */
  readonly message: string;
}

/**
 * - `invalid`: the target asks for something impossible
 * - `unreadable`: the new target of an app cannot be decoded; its last good one stays
 * - `contract`: the device does not meet the contracts of the release
 * - `name-taken`: an object that is not ours has the name that we need
 * - `locked`: a service holds its update lock
 * - `dependency`: another service is not ready yet
 * - `engine`: the engine is busy with the container
 * - `hand-over`: the old container runs until the new one took over, or the new one does not work
 * - `reboot`: the service starts after the next reboot
 * - `backoff`: the operation failed, and is retried later
 * - `cleanup`: an unused object could not be removed; nothing else waits for it
 * - `disk-space`: the images do not fit on the engine's disk
 * - `cancelled`: a client cancelled the update
 * - `fault`: a part of the app cannot be read now
 */
export type BlockReason =
  | 'invalid'
  | 'unreadable'
  | 'contract'
  | 'name-taken'
  | 'locked'
  | 'dependency'
  | 'engine'
  | 'hand-over'
  | 'reboot'
  | 'backoff'
  | 'cleanup'
  | 'disk-space'
  | 'cancelled'
  | 'fault';

export interface Notice {
  readonly appId: number;
  /** `null`: a network or volume, named by the field. */
  readonly service: string | null;
  readonly field: string;
  readonly reason: string;
}

/** Prints a plan: a line for each operation in order, then what is blocked, then the notices. */
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
