import type { MetricFamily } from './metric-family.ts';
import { gauge } from './device-metrics.ts';

/** Resource usage of this process, under the names that dashboards know. */
export function* processMetrics(): Generator<MetricFamily> {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  yield {
    name: 'process_cpu_seconds_total',
    help: 'Processor time of user and system',
    type: 'counter',
    samples: [{ labels: {}, value: (user + system) / 1e6 }],
  };
  yield gauge('process_resident_memory_bytes', 'Resident memory', [[{}, rss]]);
  yield gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use', [[{}, heapUsed]]);
  yield gauge('nodejs_external_memory_bytes', 'Memory of objects outside of the heap', [[{}, external]]);
  yield gauge('process_start_time_seconds', 'Start of the process, since the epoch', [
    [{}, Math.round(Date.now() / 1000 - process.uptime())],
  ]);
  yield gauge('nodejs_eventloop_utilization', 'Share of time that the event loop was busy since the start', [
    [{}, performance.eventLoopUtilization().utilization],
  ]);
}
