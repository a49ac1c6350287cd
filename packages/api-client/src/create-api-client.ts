import createClient, { type Client } from 'openapi-fetch';
import { systemClock } from '@device-supervisor/primitives/system-clock';
import type { Clock } from '@device-supervisor/primitives';
import { followEvents, readKeptEvents } from './follow-events.ts';
import { followLogs } from './follow-logs.ts';
import type { FollowOptions } from './follow.ts';
import type { paths } from './generated/openapi.ts';
import { createSend, type Send } from './send.ts';
import type { DeviceEvent, LogLine } from './types.ts';

export interface ApiClientOptions {
  /** e.g. `http://192.0.2.7:48484`; empty in a page that the device itself serves. */
  readonly address: string;
  /** Read at each request, so that a new one is used at once; `undefined`: none is sent. */
  readonly key?: () => string | undefined;
  /** The platform's by default. */
  readonly fetch?: Send;
  /** Times the attempts to connect again; the platform's by default. */
  readonly clock?: Clock;
}

export interface ApiClient {
  /**
   * Requests by path, typed from the OpenAPI document. An answer that is no success rejects with `ApiRequestError`, no
   * answer with `ApiUnreachableError`: `data` is always there. Answers of plain text need `parseAs: 'text'`.
   */
  readonly http: Client<paths>;
  /** Events of the device from now on, or after `lastEventId`; reconnects and resumes after the last event. */
  events(options?: EventOptions): AsyncIterable<DeviceEvent>;
  /** The events that the device keeps, up to now. */
  keptEvents(options?: Pick<FollowOptions, 'signal'>): AsyncIterable<DeviceEvent>;
  /** Log lines of services and supervisor from now on; reconnects, without the lines of the gap. */
  logs(options?: FollowOptions): AsyncIterable<LogLine>;
}

export interface EventOptions extends FollowOptions {
  /** `id` of the last event that the caller has. */
  readonly lastEventId?: string;
}

/**
 * A client of the API of a device.
 *
 * @example
 * ```ts
 * const client = createApiClient({ address: 'http://192.0.2.7:48484', key: () => key });
 * const { applying, apps } = await dataOf(client.http.GET('/v3/state'));
 * for await (const { event, data } of client.events()) console.log(event, data);
 * ```
 */
export function createApiClient({
  address,
  key = () => undefined,
  fetch = (request) => globalThis.fetch(request),
  clock = systemClock,
}: ApiClientOptions): ApiClient {
  const send = createSend(fetch, key);
  const source = { address: address.replace(/\/$/, ''), send, clock };
  return {
    http: createClient<paths>({ baseUrl: source.address, fetch: send }),
    events: (options = {}) => followEvents(source, options),
    keptEvents: (options = {}) => readKeptEvents(source, options),
    logs: (options = {}) => followLogs(source, options),
  };
}
