import type { MetricFamily, MetricSource } from '@device-supervisor/api';
import type { Metrics } from '@device-supervisor/host-facts';
import type { LogRouter, LogUploader } from '@device-supervisor/logs';

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

export function uploadMetrics(uploader: Pick<LogUploader, 'dropped' | 'sent'>): MetricSource {
  return () => [
    {
      name: 'supervisor_cloud_log_messages_sent_total',
      help: 'Log messages that the cloud has confirmed',
      type: 'counter',
      samples: [{ labels: {}, value: uploader.sent }],
    },
    {
      name: 'supervisor_cloud_log_messages_dropped_total',
      help: 'Log messages that the cloud will not get: there was no room for them, or it refused them',
      type: 'counter',
      samples: [{ labels: {}, value: uploader.dropped }],
    },
  ];
}

const BYTES_PER_MB = 1024 ** 2;

/** What the host tells of itself; what it does not tell is left out. */
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
