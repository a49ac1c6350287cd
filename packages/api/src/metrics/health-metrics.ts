import type { Device } from '@device-supervisor/device';
import type { HealthCondition } from '../ports.ts';
import { gauge } from './device-metrics.ts';
import type { MetricFamily } from './metric-family.ts';

/** @param engineConnected `null`: not known yet */
export function createHealthMetrics(
  device: Pick<Device, 'health'>,
  engineConnected: () => boolean | null,
): () => MetricFamily[] {
  return () => {
    const connected = engineConnected();
    return [
      gauge('supervisor_healthy', 'Whether the supervisor works; 0 means that only a restart helps', [
        [{}, Number(device.health().healthy)],
      ]),
      gauge(
        'supervisor_engine_connected',
        'Whether the supervisor has its container engine',
        connected === null ? [] : [[{}, Number(connected)]],
      ),
    ];
  };
}

/** @param connected `null`: not known; absent: there is no cloud */
export function cloudMetrics(connected: (() => boolean | null) | undefined): MetricFamily {
  const value = connected?.() ?? null;
  return gauge(
    'supervisor_cloud_connected',
    'Whether the cloud can be reached; apps run on without it',
    value === null ? [] : [[{}, Number(value)]],
  );
}

/** Conditions by component; what works has no sample. */
export function conditionMetrics(conditions: readonly HealthCondition[]): MetricFamily {
  const components = new Set(conditions.map(({ component }) => component));
  return gauge(
    'supervisor_health_condition',
    'Parts of the device that do not work; see /v3/health/detail for the remedy',
    [...components].map((component) => [{ component }, 1]),
  );
}
