import { LABELS, parseNumericId, type ServiceIdentity } from '@device-supervisor/compose';

/** The name of a container; engines write a slash before it. */
export function readName(name: string): string {
  return name.replace(/^\//, '');
}

/**
 * The service that a container belongs to; `null`: the labels do not tell.
 *
 * @param labels under their present names
 */
export function readIdentity(labels: Readonly<Record<string, string>>): ServiceIdentity | null {
  const appId = readAppId(labels);
  const serviceId = parseNumericId(labels[LABELS.serviceId]);
  const serviceName = labels[LABELS.serviceName];
  const appUuid = labels[LABELS.appUuid];
  if (appId === null || serviceId === null || serviceName === undefined || serviceName === '') return null;
  return { appId, serviceId, serviceName, ...(appUuid === undefined ? {} : { appUuid }) };
}

/** @param labels under their present names */
export function readAppId(labels: Readonly<Record<string, string>>): number | null {
  return parseNumericId(labels[LABELS.appId]);
}
