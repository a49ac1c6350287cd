import type { Operation } from './operation.ts';

/** What to do so that the engine comes to hold what the target says. */
export interface Plan {
  /** In an order in which each comes after those it depends on; empty: nothing can be done now. */
  readonly operations: readonly Operation[];
  /** What has to wait, and for what. */
  readonly blocked: readonly Blocked[];
  /** What of the target is not applied, though its service runs. */
  readonly notices: readonly Notice[];
  /** When another plan may differ though nothing happened, in milliseconds since the epoch; `null`: never. */
  readonly wakeAt: number | null;
}

export interface Blocked {
  /** `null`: no app in particular. */
  readonly appId: number | null;
  /** `null`: the whole app. */
  readonly service: string | null;
  readonly reason: BlockReason;
  /** For a person to read; never holds a secret. */
  readonly message: string;
}

/**
 * - `invalid`: the target asks for what cannot be
 * - `contract`: the device is not fit for the release
 * - `name-taken`: something that is not ours has the name that we need
 * - `locked`: a service holds its update lock
 * - `dependency`: another service is not yet as it must be
 * - `engine`: the engine is busy with it
 * - `hand-over`: the old container runs until the new one took over, or the new one does not work
 * - `reboot`: it starts after the next reboot
 * - `backoff`: it failed, and is tried again later
 * - `cleanup`: what nothing needs any more could not be removed, which keeps nothing else back
 * - `disk-space`: its images do not fit on the engine's disk
 */
export type BlockReason =
  | 'invalid'
  | 'contract'
  | 'name-taken'
  | 'locked'
  | 'dependency'
  | 'engine'
  | 'hand-over'
  | 'reboot'
  | 'backoff'
  | 'cleanup'
  | 'disk-space';

export interface Notice {
  readonly appId: number;
  /** `null`: a network or volume, which the field names. */
  readonly service: string | null;
  readonly field: string;
  readonly reason: string;
}
