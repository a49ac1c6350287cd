import type { Labels, MetricFamily, Sample } from './metric-family.ts';

interface Description {
  readonly name: string;
  readonly help: string;
  /** Series that are there before the first event: a rate begins at 0, and an alert needs no special case. */
  readonly present?: readonly Labels[];
}

/** A number for each set of labels that only grows. */
export interface Counter {
  add(labels: Labels, amount?: number): void;
  /** Has a series at 0, unless it is there. */
  begin(labels: Labels): void;
  /** Forgets the series that are not wanted any more. */
  keep(isWanted: (labels: Labels) => boolean): void;
  collect(): MetricFamily;
}

/** How often values lay within which bounds, for each set of labels. */
export interface Histogram {
  observe(labels: Labels, value: number): void;
  collect(): MetricFamily;
}

export function createCounter({ name, help, present = [] }: Description): Counter {
  const series = new Map<string, { readonly labels: Labels; value: number }>();
  const at = (labels: Labels) => obtain(series, labels, () => ({ labels, value: 0 }));
  for (const labels of present) at(labels);
  return {
    add(labels, amount = 1) {
      at(labels).value += amount;
    },
    begin(labels) {
      at(labels);
    },
    keep(isWanted) {
      for (const [key, { labels }] of series) if (!isWanted(labels)) series.delete(key);
    },
    collect: () => ({ name, help, type: 'counter', samples: [...series.values()] }),
  };
}

/** @param bounds upper bounds of the buckets, ascending, without the infinite one */
export function createHistogram({ name, help, present = [] }: Description, bounds: readonly number[]): Histogram {
  const series = new Map<string, Distribution>();
  const at = (labels: Labels) =>
    obtain(series, labels, () => ({ labels, counts: bounds.map(() => 0), count: 0, sum: 0 }));
  for (const labels of present) at(labels);
  return {
    observe(labels, value) {
      const one = at(labels);
      const bucket = bounds.findIndex((bound) => value <= bound);
      if (bucket >= 0) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
      one.count++;
      one.sum += value;
    },
    collect: () => ({
      name,
      help,
      type: 'histogram',
      samples: [...series.values()].flatMap((one) => samplesOf(one, bounds)),
    }),
  };
}

interface Distribution {
  readonly labels: Labels;
  /** Of each bucket alone. */
  readonly counts: number[];
  count: number;
  sum: number;
}

function samplesOf({ labels, counts, count, sum }: Distribution, bounds: readonly number[]): Sample[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ];
}

function obtain<T>(series: Map<string, T>, labels: Labels, create: () => T): T {
  const key = Object.values(labels).join('\0');
  const known = series.get(key);
  if (known !== undefined) return known;
  const created = create();
  series.set(key, created);
  return created;
}
