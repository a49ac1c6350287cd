/** A metric with its samples, as the Prometheus text format has it. */
export interface MetricFamily {
  /** e.g. `supervisor_operations_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Appended to the family's name, e.g. `_bucket`. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** `app_id` says whose sample it is: keys of other apps do not get it. */
export type Labels = Readonly<Record<string, string>>;

/** A source of metrics; called each time that they are read. */
export type MetricSource = () => Iterable<MetricFamily> | Promise<Iterable<MetricFamily>>;

/** Prints metrics in the Prometheus text format, version 0.0.4. Families without a sample are left out. */
export function formatMetrics(families: Iterable<MetricFamily>): string {
  let text = '';
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const { suffix = '', labels, value } of samples) {
      text += `${name}${suffix}${formatLabels(labels)} ${formatValue(value)}\n`;
    }
  }
  return text;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
