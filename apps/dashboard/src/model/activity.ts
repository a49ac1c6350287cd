import type { DeviceEvent, Operation } from '@device-supervisor/api-client';

/** The activity of the device, from its events; immutable. */
export interface Activity {
  /** By the id of the operation. */
  readonly running: ReadonlyMap<string, RunningOperation>;
  /** Operations that ended since the device was last at rest, oldest first. */
  readonly finished: readonly FinishedOperation[];
  /** Failed operations that are retried, by id. */
  readonly retries: ReadonlyMap<string, Retry>;
  /** Newest last. */
  readonly timeline: readonly TimelineEntry[];
}

export type OperationSummary = Pick<Operation, 'id' | 'kind' | 'appId' | 'service' | 'cause'>;

export interface RunningOperation {
  readonly operation: OperationSummary;
  /** Absent: it has no progress, or none yet. */
  readonly progress?: Progress;
}

export interface Progress {
  readonly percent: number;
  readonly receivedBytes: number;
  /** 0: not known yet. */
  readonly totalBytes: number;
}

export interface FinishedOperation {
  readonly operation: OperationSummary;
  readonly result: 'done' | 'failed' | 'locked' | 'skipped' | 'cancelled';
  /** Why it failed. */
  readonly reason?: string;
}

export interface Retry {
  readonly operation: OperationSummary;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly reason: string;
}

/** An event that a person may want to see. */
export type TimelineEntry = Exclude<DeviceEvent, { readonly event: 'operation-progress' | 'state-changed' }>;

export const NO_ACTIVITY: Activity = { running: new Map(), finished: [], retries: new Map(), timeline: [] };

/** As many as the device itself keeps. */
const TIMELINE_LENGTH = 500;
const FINISHED_LENGTH = 200;

/** The activity after one more event. */
export function withEvent(activity: Activity, event: DeviceEvent): Activity {
  const { running, finished, retries } = activity;
  switch (event.event) {
    case 'operation-progress': {
      const { id, percent, receivedBytes, totalBytes } = event.data;
      const progress = { percent, receivedBytes, totalBytes };
      return { ...activity, running: withEntry(running, id, { operation: event.data, progress }) };
    }
    case 'state-changed':
      return activity;
    case 'operation-started':
      return noted({ ...activity, running: withEntry(running, event.data.id, { operation: event.data }) }, event);
    case 'operation-finished': {
      const { id, result, error, retryIn, time } = event.data;
      const reason = error?.message;
      const one = { operation: event.data, result, ...(reason === undefined ? {} : { reason }) };
      const retry = retryIn === null ? null : { operation: event.data, at: time + retryIn, reason: reason ?? result };
      return noted(
        {
          ...activity,
          running: without(running, id),
          finished: [...finished.filter(({ operation }) => operation.id !== id), one].slice(-FINISHED_LENGTH),
          retries: retry === null ? without(retries, id) : withEntry(retries, id, retry),
        },
        event,
      );
    }
    case 'settled':
      return noted({ ...activity, running: new Map(), finished: [] }, event);
    case 'gap':
      // Operations that began or ended in the gap are not known.
      return noted({ ...activity, running: new Map() }, event);
    default:
      return noted(activity, event);
  }
}

function noted(activity: Activity, event: TimelineEntry): Activity {
  return { ...activity, timeline: [...activity.timeline, event].slice(-TIMELINE_LENGTH) };
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map([...map, [key, value]]);
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  return new Map([...map].filter(([own]) => own !== key));
}
