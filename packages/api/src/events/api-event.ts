import type { DeviceEvent } from '@device-supervisor/device';
import { describeError } from '@device-supervisor/errors';

/** An event of the device as clients receive it. */
export interface ApiEvent {
  readonly type: ApiEventType;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `null`: about no app in particular. */
  readonly appId: number | null;
  readonly data: object;
  /** Superseded by the next one with the same key: only the last is of interest. `null`: each one counts. */
  readonly supersedes: string | null;
}

export const API_EVENT_TYPES = [
  'operation-started',
  'operation-progress',
  'operation-finished',
  'state-changed',
  'blocked',
  'notice',
  'settled',
  'reboot',
  'engine-lost',
  'engine-connected',
  'fault',
  'gap',
] as const;
export type ApiEventType = (typeof API_EVENT_TYPES)[number];

/** Without what holds secrets: configurations of containers, and whatever an error was made of. */
export function toApiEvent(event: DeviceEvent, time: number): ApiEvent {
  return { time, ...describe(event) };
}

function describe(event: DeviceEvent): Omit<ApiEvent, 'time'> {
  const { type } = event;
  switch (type) {
    case 'operation-started':
      return { type, appId: event.operation.appId, data: summarise(event.operation), supersedes: null };
    case 'operation-progress': {
      const data = { ...summarise(event.operation), ...event.progress };
      return { type, appId: event.operation.appId, data, supersedes: event.operation.id };
    }
    case 'operation-finished': {
      const { operation, result, retryIn } = event;
      const error = result.status === 'failed' ? { error: describeError(result.error) } : {};
      const data = { ...summarise(operation), result: result.status, ...error, retryIn };
      return { type, appId: operation.appId, data, supersedes: null };
    }
    case 'state-changed':
      return { type, appId: null, data: {}, supersedes: type };
    case 'blocked': {
      const { appId, service, reason, message } = event.blocked;
      return { type, appId, data: { appId, service, reason, message }, supersedes: null };
    }
    case 'notice': {
      const { appId, service, field, reason } = event.notice;
      return { type, appId, data: { appId, service, field, reason }, supersedes: null };
    }
    case 'settled':
      return { type, appId: null, data: { changed: event.changed }, supersedes: null };
    case 'reboot': {
      const { news } = event;
      const reasons = news.phase === 'scheduled' ? [news.reason] : news.reasons;
      return { type, appId: null, data: { phase: news.phase, reasons }, supersedes: null };
    }
    case 'engine-connected':
      return { type, appId: null, data: {}, supersedes: null };
    case 'engine-lost':
    case 'fault':
      return { type, appId: null, data: { error: describeError(event.error) }, supersedes: null };
  }
}

type Operation = Extract<DeviceEvent, { readonly type: 'operation-started' }>['operation'];

/** An operation for readers. */
export function summarise({ id, kind, appId, service, cause }: Operation) {
  return { id, kind, appId, service, cause };
}
