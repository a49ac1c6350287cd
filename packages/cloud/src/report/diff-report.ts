import { isDeepStrictEqual } from 'node:util';
import { DeviceReport } from '@device-supervisor/state';
import { isMetric } from './steady-metrics.ts';

/**
 * The part of `next` that the cloud does not have yet: fields that differ, and the apps that differ, each with all its
 * services, as a missing service counts as gone. A metric that `next` lacks is `null`: else the cloud would keep its last value.
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
 * The cloud's copy of the report after it accepted `sent`, a part of `next`. Apps that left the report are forgotten: they are reported
 * again when they come back. Without `apps` (local mode) the cloud keeps the last report about them.
 */
export function acceptReport(
  accepted: DeviceReport,
  { next, sent }: { readonly next: DeviceReport; readonly sent: DeviceReport },
): DeviceReport {
  const gone = Object.fromEntries(goneFields(sent).map((field) => [field, null]));
  return { ...accepted, ...next, ...DeviceReport.parse(gone) };
}

/** Metrics that a report clears. */
export function goneFields(report: DeviceReport): readonly string[] {
  return Object.entries(report).flatMap(([field, value]) => (value === null && isMetric(field) ? [field] : []));
}

/** The report without the fields. */
export function withoutFields(report: DeviceReport, fields: readonly string[]): DeviceReport {
  return DeviceReport.parse(Object.fromEntries(Object.entries(report).filter(([field]) => !fields.includes(field))));
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
