import type { DeviceReport } from '@device-supervisor/state';

const METRICS: ReadonlySet<string> = new Set([
  'cpu_usage',
  'memory_usage',
  'memory_total',
  'storage_usage',
  'storage_total',
  'storage_block_device',
  'cpu_temp',
  'cpu_id',
]);

/**
 * A measurement that a host, or the device's configuration, may withhold: `null` clears it in the cloud. Not so
 * `is_undervolted`: the cloud refuses a whole report for its `null`, so it keeps the last value.
 */
export function isMetric(field: string): boolean {
  return METRICS.has(field);
}

/** Whether a report may wait. People want to know of an undervoltage at once, so `is_undervolted` may not. */
export function isMetricsOnly(report: DeviceReport): boolean {
  return Object.keys(report).every((field) => METRICS.has(field));
}

/** Without the noise: a metric that stays in the bucket of the last reported value (20 %, 5 °C, 10 MB) keeps that value. */
export function steadyMetrics(reported: DeviceReport, next: DeviceReport): DeviceReport {
  const steady = (last: Metric, value: Metric, bucket: number): Metric =>
    typeof last === 'number' && typeof value === 'number' && Math.floor(last / bucket) === Math.floor(value / bucket)
      ? last
      : value;
  const cpu = steady(reported.cpu_usage, next.cpu_usage, 20);
  const memory = steady(reported.memory_usage, next.memory_usage, 10);
  const storage = steady(reported.storage_usage, next.storage_usage, 10);
  const temperature = steady(reported.cpu_temp, next.cpu_temp, 5);
  return {
    ...next,
    ...(cpu === undefined ? {} : { cpu_usage: cpu }),
    ...(memory === undefined ? {} : { memory_usage: memory }),
    ...(storage === undefined ? {} : { storage_usage: storage }),
    ...(temperature === undefined ? {} : { cpu_temp: temperature }),
  };
}

type Metric = number | null | undefined;
