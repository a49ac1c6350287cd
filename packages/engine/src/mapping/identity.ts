import { LABELS, type ServiceIdentity } from '@device-supervisor/compose';

/**
 * The service that a container belongs to; `null`: the labels do not tell.
 *
 * @param labels under their present names
 */
export function readIdentity(labels: Readonly<Record<string, string>>): ServiceIdentity | null {
  const appId = readAppId(labels);
  const serviceId = readId(labels[LABELS.serviceId]);
  const serviceName = labels[LABELS.serviceName];
  const appUuid = labels[LABELS.appUuid];
  if (appId === null || serviceId === null || serviceName === undefined || serviceName === '') return null;
  return { appId, serviceId, serviceName, ...(appUuid === undefined ? {} : { appUuid }) };
}

/** @param labels under their present names */
export function readAppId(labels: Readonly<Record<string, string>>): number | null {
  return readId(labels[LABELS.appId]);
}

function readId(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
