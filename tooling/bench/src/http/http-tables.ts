import { median } from '../median.ts';
import type { TargetSize } from './bench-target.ts';
import { measureChanges, type ChangeFigures, type Contender } from './measure-change.ts';
import { measureCreation } from './measure-creation.ts';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** From a request over HTTP to the engine's events. */
export async function creationTable(sizes: readonly TargetSize[], rounds: number): Promise<Table> {
  const rows: Record<string, Record<string, string>> = {};
  for (const size of sizes) {
    const figures = await Array.fromAsync({ length: rounds }, () => measureCreation(size));
    const of = (pick: (one: (typeof figures)[number]) => number): number => median(figures.map(pick));
    const [whole, straight] = [of((one) => one.whole), of((one) => one.straight.whole)];
    rows[nameOf(size)] = {
      'first write, ms': of(({ firstWrite }) => firstWrite).toFixed(0),
      'of straight calls': of((one) => one.straight.firstWrite).toFixed(0),
      'own work until then': of(({ ownUntilFirst }) => ownUntilFirst).toFixed(1),
      'whole, ms': whole.toFixed(0),
      'straight calls, ms': straight.toFixed(0),
      ratio: (whole / straight).toFixed(2),
      'again, ms': of(({ again }) => again).toFixed(0),
      'own work for it': of(({ ownOfAgain }) => ownOfAgain).toFixed(1),
    };
  }
  return rows;
}

export interface ChangeTableOptions {
  readonly rounds: number;
  /** Another build of the supervisor, measured in turn with that of this checkout. */
  readonly against: Contender;
}

/** The services run, and one of them is changed. */
export async function changeTable(
  sizes: readonly TargetSize[],
  { rounds, against }: ChangeTableOptions,
): Promise<Table> {
  const rows: Record<string, Record<string, string>> = {};
  for (const size of sizes) {
    const contenders = against === null ? [null] : [null, against];
    const results = await measureChanges({ ...size, rounds, contenders });
    for (const [index, figures] of results.entries()) {
      rows[index === 0 ? nameOf(size) : `${nameOf(size)}, the other build`] = changeRow(figures);
    }
  }
  return rows;
}

function changeRow(figures: readonly ChangeFigures[]): Record<string, string> {
  const of = (pick: (one: ChangeFigures) => number): number => median(figures.map(pick));
  const [whole, straight] = [of((one) => one.whole), of((one) => one.straight.whole)];
  return {
    'first write, ms': of(({ firstWrite }) => firstWrite).toFixed(0),
    'of straight calls': of((one) => one.straight.firstWrite).toFixed(0),
    'answer, ms': of(({ answer }) => answer).toFixed(0),
    'whole, ms': whole.toFixed(0),
    'straight calls, ms': straight.toFixed(0),
    ratio: (whole / straight).toFixed(2),
    'own work': of(({ own }) => own).toFixed(1),
    'again, ms': of(({ again }) => again).toFixed(0),
    'applied again, ms': of(({ appliedAgain }) => appliedAgain).toFixed(0),
    'own work for it': of(({ ownOfAgain }) => ownOfAgain).toFixed(1),
  };
}

function nameOf({ apps, services }: TargetSize): string {
  return `${apps * services} services of ${apps} ${apps === 1 ? 'app' : 'apps'}`;
}
