import {
  measureChange,
  measureFirstApply,
  measureNoChange,
  measureOwnWork,
  measurePlanning,
  type Comparison,
} from './measure-apply.ts';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ApplyOptions {
  /** Measurements of each figure; the median counts. */
  readonly rounds: number;
  readonly services: number;
}

/** Numbers of services that our own work is measured for, to see that it grows with them and no faster. */
const CURVE = [25, 50, 100, 200] as const;

/** How long it takes to bring a device to its target, beside the engine's calls made straight; needs the image `bench:1`. */
export async function applyTables(endpoint: string, { rounds, services }: ApplyOptions): Promise<Table[]> {
  const one = await measureFirstApply(endpoint, 1, rounds);
  const many = await measureFirstApply(endpoint, services, rounds);
  const change = await measureChange(endpoint, services, rounds);
  const nothing = await measureNoChange(endpoint, services, rounds);
  return [
    {
      '1 service from nothing, ms': comparisonRow(one, 1.3),
      [`${services} services from nothing, ms`]: comparisonRow(many, 1.15),
      [`1 of ${services} changed, ms`]: comparisonRow(change, 1.3),
    },
    {
      [`${services} services again`]: {
        writes: String(nothing.writes),
        reads: String(nothing.reads),
        'our CPU, ms': nothing.cpu.toFixed(1),
        'at most': '0 writes, 4 reads, 50 ms',
      },
    },
    await ownWorkTable(rounds),
    { '200 services of 10 apps': { 'a plan, ms': measurePlanning(101).toFixed(1), 'at most': '20' } },
  ];
}

async function ownWorkTable(rounds: number): Promise<Table> {
  const rows: [string, Record<string, string>][] = [];
  for (const count of CURVE) {
    const time = await measureOwnWork(count, rounds);
    rows.push([`${count} services`, { 'our CPU, ms': time.toFixed(0), 'for each, ms': (time / count).toFixed(2) }]);
  }
  return Object.fromEntries(rows);
}

function comparisonRow({ ours, straight, ratio }: Comparison, limit: number): Record<string, string> {
  return {
    ours: ours.toFixed(0),
    'straight calls': straight.toFixed(0),
    ratio: ratio.toFixed(2),
    'at most': limit.toFixed(2),
  };
}
