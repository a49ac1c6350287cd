import * as fc from 'fast-check';
import { inspect } from 'node:util';

/** Histories between two looks at the budget, and with one seed. */
const BATCH = 250;
/** Seconds of processor time for one call; `MODEL_SECONDS=600 npm test -- model` searches for longer. */
const BUDGET = Number(process.env['MODEL_SECONDS'] ?? '20');
/** In the place of a count: `MODEL_HISTORIES=100000 npm test -- model test/model/requests.test.ts`. */
const HISTORIES = process.env['MODEL_HISTORIES'];

export interface Search {
  /** The same seed gives the same histories in the same order. */
  readonly seed: number;
  /** Of a history that was found: it is played first, and alone. */
  readonly path?: string | undefined;
  /** Histories to play, whatever they take; default: as many as the budget allows. */
  readonly count?: number;
}

/**
 * Plays random histories: so many, or until the budget of processor time is spent.
 *
 * @returns a history that breaks an invariant, with the seed and path that reproduce it; `null`: none was found
 */
export async function searchWithinBudget<History>(
  property: fc.IAsyncProperty<History>,
  { seed, path, count }: Search,
): Promise<string | null> {
  const began = process.cpuUsage();
  const most = count === undefined ? Infinity : Number(HISTORIES ?? count);
  const isSpent = (): boolean => count === undefined && secondsSince(began) >= BUDGET;
  for (let batch = 0; batch * BATCH < most && (batch === 0 || !isSpent()); batch++) {
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
