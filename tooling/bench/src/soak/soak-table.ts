import type { Holdings, SoakFigures } from './soak.ts';

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
    ...(last.descriptors > settled.descriptors ? [`${last.descriptors} descriptors after ${settled.descriptors}`] : []),
    ...leftovers,
  ];
}

export function soakTable({ settled, last, spoiled, leftovers }: SoakFigures): Readonly<Record<string, object>> {
  const row = (holdings: Holdings): object => ({
    'resident, MB': megabytes(holdings),
    descriptors: holdings.descriptors,
    threads: holdings.threads,
  });
  return {
    settled: row(settled),
    last: row(last),
    faults: { 'requests spoiled': spoiled, 'left over': leftovers.length },
  };
}

function megabytes({ resident }: Holdings): string {
  return (resident / 1e6).toFixed(1);
}
