import { createHistogram } from './instruments.ts';
import type { MetricFamily } from './metric-family.ts';

export interface RequestMetrics {
  /** @param milliseconds from the start of the request to the start of its answer */
  record(
    request: { readonly method: string; readonly route: string; readonly status: number },
    milliseconds: number,
  ): void;
  collect(): MetricFamily;
}

/** Seconds: most answers take well under a millisecond, actions as long as their containers. */
const BOUNDS = [0.001, 0.005, 0.025, 0.1, 1, 10, 60] as const;

export function createRequestMetrics(): RequestMetrics {
  const latency = createHistogram(
    { name: 'supervisor_api_request_duration_seconds', help: 'Time to the first byte of an answer, by route' },
    BOUNDS,
  );
  return {
    record: ({ method, route, status }, milliseconds) =>
      latency.observe({ method, route, status: String(status) }, milliseconds / 1000),
    collect: () => latency.collect(),
  };
}
