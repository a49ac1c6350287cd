import type { MetricFamily, MetricSource } from '@device-supervisor/api';
import type { CloudRequestResult } from '@device-supervisor/cloud';
import type { Metrics } from '@device-supervisor/host-facts';
import type { LogRouter, LogUploader } from '@device-supervisor/logs';
import { BUILD, CONTRACT_VERSION } from '../version.ts';

/** Which build answers. */
export const buildMetrics: MetricSource = () => [
  {
    name: 'supervisor_build_info',
    help: 'Always 1; version and commit of the build, and the generation of the contract that it keeps',
    type: 'gauge',
    samples: [{ labels: { ...BUILD, contract: CONTRACT_VERSION }, value: 1 }],
  },
];

export function logMetrics(logs: Pick<LogRouter, 'dropped'>): MetricSource {
  return () => [
    {
      name: 'supervisor_log_messages_dropped_total',
      help: 'Log messages that readers did not get because they read too slowly',
      type: 'counter',
      samples: [{ labels: {}, value: logs.dropped }],
    },
  ];
}

export function uploadMetrics(uploader: Pick<LogUploader, 'dropped' | 'sent' | 'delayed' | 'waiting'>): MetricSource {
  return () => [
    {
      name: 'supervisor_cloud_log_messages_sent_total',
      help: 'Log messages that the cloud has confirmed',
      type: 'counter',
      samples: [{ labels: {}, value: uploader.sent }],
    },
    {
      name: 'supervisor_cloud_log_messages_dropped_total',
      help: 'Log messages that the cloud will not get: no room, refused, or skipped because they waited for too long',
      type: 'counter',
      samples: [{ labels: {}, value: uploader.dropped }],
    },
    {
      name: 'supervisor_cloud_log_messages_delayed_total',
      help: 'Log messages that reached the cloud more than a second late because of its rate limit',
      type: 'counter',
      samples: [{ labels: {}, value: uploader.delayed }],
    },
    {
      name: 'supervisor_cloud_log_messages_waiting',
      help: 'Log messages that wait in memory for the cloud; more may wait in the journal',
      type: 'gauge',
      samples: [{ labels: {}, value: uploader.waiting }],
    },
  ];
}

/** Counts what became of polls and reports. @param now milliseconds of a clock that never jumps */
export function cloudMetrics(now: () => number): {
  readonly source: MetricSource;
  record(request: CloudRequestResult): void;
} {
  const tallies = { poll: newTally(), report: newTally() };
  const kinds = Object.entries(tallies);
  return {
    record({ kind, ok, nextIn }) {
      const tally = tallies[kind];
      tally[ok ? 'ok' : 'failed']++;
      if (ok) tally.succeededAt = now();
      tally.nextAt = nextIn === null ? null : now() + nextIn;
    },
    source: () => [
      {
        name: 'supervisor_cloud_requests_total',
        help: 'Polls for the target and reports of the state, by whether the cloud took them',
        type: 'counter',
        samples: kinds.flatMap(([kind, { ok, failed }]) => [
          { labels: { kind, result: 'ok' }, value: ok },
          { labels: { kind, result: 'failed' }, value: failed },
        ]),
      },
      {
        name: 'supervisor_cloud_last_success_seconds',
        help: 'Time since the cloud last took a poll or a report; a report is sent when something changed',
        type: 'gauge',
        samples: kinds.flatMap(([kind, { succeededAt }]) =>
          succeededAt === null ? [] : [{ labels: { kind }, value: Math.round((now() - succeededAt) / 1000) }],
        ),
      },
      {
        name: 'supervisor_cloud_next_request_seconds',
        help: 'Time until the next poll, unless one is requested earlier; until the next report after one that failed',
        type: 'gauge',
        samples: kinds.flatMap(([kind, { nextAt }]) =>
          nextAt === null ? [] : [{ labels: { kind }, value: Math.max(0, Math.round((nextAt - now()) / 1000)) }],
        ),
      },
    ],
  };
}

interface Tally {
  ok: number;
  failed: number;
  succeededAt: number | null;
  nextAt: number | null;
}

function newTally(): Tally {
  return { ok: 0, failed: 0, succeededAt: null, nextAt: null };
}

const BYTES_PER_MB = 1024 ** 2;

/** Measurements of the host; unknown ones are left out. */
export function hostMetrics(metrics: Metrics): MetricSource {
  return async () => {
    const host = await metrics.read();
    return [
      gauge('device_cpu_usage_percent', 'Use of all processors since the reading before', host.cpuUsage),
      gauge('device_memory_used_bytes', 'Memory in use, without caches', inBytes(host.memoryUsage)),
      gauge('device_memory_bytes', 'Memory of the device', inBytes(host.memoryTotal)),
      gauge('device_storage_used_bytes', 'Storage in use on the data partition', inBytes(host.storageUsage)),
      gauge('device_storage_bytes', 'Size of the data partition', inBytes(host.storageTotal)),
      gauge('device_temperature_celsius', 'Temperature of the processor', host.cpuTemperature),
      gauge('device_undervolted', 'Whether the supply voltage was too low since the host started', host.isUndervolted),
    ];
  };
}

function inBytes(megabytes: number | null): number | null {
  return megabytes === null ? null : megabytes * BYTES_PER_MB;
}

function gauge(name: string, help: string, value: number | boolean | null): MetricFamily {
  return { name, help, type: 'gauge', samples: value === null ? [] : [{ labels: {}, value: Number(value) }] };
}
