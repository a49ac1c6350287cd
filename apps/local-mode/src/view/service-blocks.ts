import type { OperationFailure } from '../run/operation-feed.ts';
import type { BlockedPart } from '../supervisor/supervisor-client.ts';

type HindranceKind = 'retried' | 'failed' | 'depends' | 'waits' | 'stands';

/** Why a service is not as it should be. */
export interface Hindrance {
  readonly reason: string;
  /**
   * - `retried`: something failed, and the supervisor tries it again
   * - `failed`: something failed repeatedly, or for good
   * - `depends`: another service, or an object that is made elsewhere, has to be there first
   * - `waits`: the engine or a hand-over is awaited
   * - `stands`: nothing changes until a person acts
   */
  readonly kind: HindranceKind;
}

/** An operation that fails this often counts as failed, though the supervisor continues to try. */
const ATTEMPTS = 3;

/** Reasons of the API that pass by themselves, or with another service. */
const PASSING: ReadonlyMap<string, HindranceKind> = new Map([
  ['backoff', 'retried'],
  ['dependency', 'depends'],
  ['engine', 'waits'],
  ['hand-over', 'waits'],
]);

/** A block that keeps no service from running. */
const CLEANUP = 'cleanup';

export interface HindranceSources {
  readonly blocked: readonly BlockedPart[];
  readonly failures: ReadonlyMap<string, OperationFailure>;
}

/**
 * Obstacles of a service, the most serious first: its own failures and blocks, and those of the whole app, such as a
 * network that cannot be created.
 */
export function hindrancesOf(service: string, { blocked, failures }: HindranceSources): readonly Hindrance[] {
  const concerns = (other: string | null): boolean => other === service || other === null;
  const failed = [...failures.values()]
    .filter((failure) => concerns(failure.service))
    .map(({ reason, attempts, isRetried }): Hindrance => ({
      reason,
      kind: isRetried && attempts < ATTEMPTS ? 'retried' : 'failed',
    }));
  const blocks = blocked
    .filter((block) => concerns(block.service) && block.reason !== CLEANUP)
    // A failure says more than the pause after it.
    .filter((block) => block.reason !== 'backoff' || failed.length === 0)
    .map(({ reason, message }): Hindrance => ({
      reason: message,
      kind: PASSING.get(reason) ?? 'stands',
    }));
  return [...failed, ...blocks].sort((one, other) => SERIOUSNESS[other.kind] - SERIOUSNESS[one.kind]);
}

const SERIOUSNESS: Readonly<Record<HindranceKind, number>> = { failed: 3, stands: 2, retried: 1, depends: 0, waits: 0 };
