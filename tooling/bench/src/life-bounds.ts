import type { IdleFigures, StartFigures } from './measure.ts';
import type { Reads } from './reads-table.ts';

/** Of the supervisor first, then of the bare server. */
interface Life {
  readonly starts: readonly StartFigures[];
  readonly idle: readonly IdleFigures[];
  readonly reads: Pick<Reads, 'resident' | 'pingsPerSecond'>;
}

/** Milliseconds; a slower machine has twice the time of its bare server. */
const START = 200;
/** Bytes, at rest with five services, and after reads. */
const RESIDENT = 70e6;
const RESIDENT_AFTER_READS = 100e6;
/** Milliseconds of processor time in a minute. */
const IDLE = 10;
const PINGS_PER_SECOND = 20_000;

/** The figures that are out of bounds, as text. */
export function faultsOfLife({ starts: [start, bareStart], idle: [idle], reads }: Life): string[] {
  const startBound = Math.max(START, 2 * (bareStart?.median ?? 0));
  return [
    ...above('start, ms', start?.median ?? 0, startBound),
    ...above('resident, MB', (idle?.resident ?? 0) / 1e6, RESIDENT / 1e6),
    ...above('resident after the reads, MB', reads.resident / 1e6, RESIDENT_AFTER_READS / 1e6),
    ...above('idle CPU, ms per minute', idle?.cpuPerMinute ?? 0, IDLE),
    ...(reads.pingsPerSecond >= PINGS_PER_SECOND
      ? []
      : [`/ping: ${reads.pingsPerSecond.toFixed(0)} per second, at least ${PINGS_PER_SECOND} wanted`]),
  ];
}

function above(name: string, figure: number, bound: number): string[] {
  return figure <= bound ? [] : [`${name}: ${figure.toFixed(1)}, at most ${bound.toFixed(1)} wanted`];
}
