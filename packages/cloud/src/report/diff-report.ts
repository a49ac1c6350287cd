import { isDeepStrictEqual } from 'node:util';
import { DeviceReport } from '@device-supervisor/state';
import { isMetric } from './steady-metrics.ts';

/**
 * What of `next` the cloud has not been told: fields that differ, and of `apps` the apps that do, each with all its services:
 * one that is left out is gone. A metric that `next` has no more is `null`: the cloud would keep showing what it was told last.
 */
export function diffReport(accepted: DeviceReport, next: DeviceReport): DeviceReport {
  const { apps: acceptedApps = {}, ...acceptedFields } = accepted;
  const { apps = {}, ...fields } = next;
  const changedApps = changedEntries(acceptedApps, apps);
  return DeviceReport.parse({
    ...goneMetrics(acceptedFields, fields),
    ...changedEntries(acceptedFields, fields),
    ...(Object.keys(changedApps).length === 0 ? {} : { apps: changedApps }),
  });
}

/**
 * What the cloud knows once it took a part of `next`. Apps that left the report are forgotten: they are told anew when they
 * come back. Without `apps` (local mode) the cloud keeps what it was told of them.
 */
export function acceptReport(accepted: DeviceReport, next: DeviceReport): DeviceReport {
  return { ...accepted, ...goneMetrics(accepted, next), ...next };
}

/** The report without what it takes back. */
export function withoutGone(report: DeviceReport): DeviceReport {
  const kept = Object.entries(report).filter(([field, value]) => value !== null || !isMetric(field));
  return DeviceReport.parse(Object.fromEntries(kept));
}

function goneMetrics(accepted: DeviceReport, next: DeviceReport): DeviceReport {
  const gone = Object.entries(accepted).filter(
    ([field, value]) => isMetric(field) && value !== null && !Object.hasOwn(next, field),
  );
  return DeviceReport.parse(Object.fromEntries(gone.map(([field]) => [field, null])));
}

function changedEntries(before: object, after: object): Record<string, unknown> {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => !known.has(key) || !isDeepStrictEqual(known.get(key), value)),
  );
}
