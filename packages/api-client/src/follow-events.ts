import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { EventOptions } from './create-api-client.ts';
import { follow, type FollowOptions, type Source } from './follow.ts';
import { readChunks } from './read-chunks.ts';
import type { DeviceEvent } from './types.ts';
import { watchSilence } from './watch-silence.ts';

/** Milliseconds without a sign of life after which a connection counts as lost; the device sends one every 15 s. */
const SILENCE = 60_000;

/** The events of the device; a lost connection continues after the last event that came. */
export function followEvents(
  source: Source,
  { lastEventId = '', ...options }: EventOptions,
): AsyncIterable<DeviceEvent> {
  let last = lastEventId;
  return follow(open, source, options);

  async function* open(signal: AbortSignal, opened: () => void): AsyncGenerator<DeviceEvent> {
    using watch = watchSilence(source.clock, SILENCE);
    const response = await source.send(
      new Request(`${source.address}/v3/events`, {
        headers: last === '' ? {} : { 'last-event-id': last },
        signal: AbortSignal.any([signal, watch.signal]),
      }),
    );
    opened();
    for await (const event of readEvents(response, () => watch.renew())) {
      if (event.id !== undefined && event.id !== '') last = event.id;
      yield event;
    }
  }
}

/** The events that the device keeps, up to now. */
export async function* readKeptEvents(
  { address, send }: Source,
  { signal }: Pick<FollowOptions, 'signal'>,
): AsyncGenerator<DeviceEvent> {
  const request = new Request(`${address}/v3/events?follow=false`, signal === undefined ? {} : { signal });
  yield* readEvents(await send(request), () => undefined);
}

/** @param onLife called at each sign of life */
async function* readEvents({ body }: Response, onLife: () => void): AsyncGenerator<DeviceEvent> {
  if (body === null) return;
  const messages = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ onComment: onLife }));
  for await (const { event, data, id } of readChunks(messages)) {
    onLife();
    const content: unknown = JSON.parse(data);
    const received = { event: event ?? '', data: content, ...(id === undefined ? {} : { id }) };
    // A newer device has events that this client does not know.
    if (isDeviceEvent(received)) yield received;
  }
}

/** The API's contract defines the fields of each event. */
function isDeviceEvent(received: { readonly event: string }): received is DeviceEvent {
  return Object.hasOwn(KNOWN, received.event);
}

const KNOWN: Readonly<Record<DeviceEvent['event'], true>> = {
  'operation-started': true,
  'operation-progress': true,
  'operation-finished': true,
  'state-changed': true,
  blocked: true,
  notice: true,
  settled: true,
  reboot: true,
  'engine-connected': true,
  'engine-lost': true,
  fault: true,
  gap: true,
};
