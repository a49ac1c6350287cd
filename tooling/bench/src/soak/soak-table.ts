import { excessOf, type Holdings } from './holdings.ts';
import type { SoakFigures } from './soak.ts';

/** Bytes that the process may take in the end. */
const MOST = 110e6;
/** Of what it took when it had settled. */
const GROWTH = 1.1;

/** Bounds that a run has to keep. @returns those that it does not keep */
export function faultsOf({ settled, last, leftovers }: SoakFigures): string[] {
  return [
    ...(last.resident > MOST ? [`${megabytes(last)} MB resident, more than ${MOST / 1e6}`] : []),
    ...(last.resident > settled.resident * GROWTH
      ? [`${megabytes(last)} MB resident after ${megabytes(settled)}`]
      : []),
    ...excessOf(settled, last),
    ...leftovers,
  ];
}

export function soakTable({ settled, last, spoiled, leftovers }: SoakFigures): Readonly<Record<string, object>> {
  const row = (before: number | string, after: number | string): object => ({ settled: before, last: after });
  const kinds = [...new Set([...Object.keys(settled.counts), ...Object.keys(last.counts)])].toSorted();
  return {
    'resident, MB': row(megabytes(settled), megabytes(last)),
    ...Object.fromEntries(kinds.map((kind) => [kind, row(settled.counts[kind] ?? 0, last.counts[kind] ?? 0)])),
    'requests spoiled': row('', spoiled),
    'left over': row('', leftovers.length),
  };
}

function megabytes({ resident }: Holdings): string {
  return (resident / 1e6).toFixed(1);
}
