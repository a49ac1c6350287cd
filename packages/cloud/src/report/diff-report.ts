import { isDeepStrictEqual } from 'node:util';
import { DeviceReport } from '@device-supervisor/state';

/** What of `next` the cloud has not been told: fields that differ, and of `apps` the apps that do. */
export function diffReport(accepted: DeviceReport, next: DeviceReport): DeviceReport {
  const { apps: acceptedApps = {}, ...acceptedFields } = accepted;
  const { apps = {}, ...fields } = next;
  const changedApps = changedEntries(acceptedApps, apps);
  return DeviceReport.parse({
    ...changedEntries(acceptedFields, fields),
    ...(Object.keys(changedApps).length === 0 ? {} : { apps: changedApps }),
  });
}

/**
 * What the cloud knows once it took a part of `next`. Apps that left the report are forgotten: they are told anew when they
 * come back. Without `apps` (local mode) the cloud keeps what it was told of them.
 */
export function acceptReport(accepted: DeviceReport, next: DeviceReport): DeviceReport {
  return { ...accepted, ...next };
}

function changedEntries(before: object, after: object): Record<string, unknown> {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => !known.has(key) || !isDeepStrictEqual(known.get(key), value)),
  );
}
