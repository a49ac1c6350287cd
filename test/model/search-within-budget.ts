import * as fc from 'fast-check';
import { inspect } from 'node:util';

/** Histories between two looks at the budget. */
const BATCH = 250;
/** Seconds of processor time for one call; `MODEL_SECONDS=600 npm test -- model` searches for longer. */
const BUDGET = Number(process.env['MODEL_SECONDS'] ?? '20');

export interface Search {
  /** The same seed gives the same histories in the same order. */
  readonly seed: number;
  /** Of a history that was found: it is played first, and alone. */
  readonly path?: string | undefined;
  /** Histories that are played whatever they take. */
  readonly least?: number;
}

/**
 * Plays random histories until the budget of processor time is spent.
 *
 * @returns a history that breaks an invariant, with the seed and path that reproduce it; `null`: none was found
 */
export async function searchWithinBudget<History>(
  property: fc.IAsyncProperty<History>,
  { seed, path, least = BATCH }: Search,
): Promise<string | null> {
  const began = process.cpuUsage();
  for (let batch = 0; batch * BATCH < least || secondsSince(began) < BUDGET; batch++) {
    // The first failure is reported as it is: shrinking takes minutes. To shrink it, run its seed and path without this.
    const details = await fc.check(property, {
      numRuns: path === undefined ? BATCH : 1,
      seed: seed + batch,
      endOnFailure: true,
      ...(path === undefined ? {} : { path }),
    });
    if (details.failed)
      return [await fc.asyncDefaultReportMessage(details), inspect(details.errorInstance)].join('\n\n');
    if (path !== undefined) break;
  }
  return null;
}

function secondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000_000;
}
