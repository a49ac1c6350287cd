import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { EventOptions } from './create-api-client.ts';
import { follow, type Source } from './follow.ts';
import { readChunks } from './read-chunks.ts';
import type { DeviceEvent } from './types.ts';
import { watchSilence } from './watch-silence.ts';

/** Milliseconds without a sign of life after which a connection counts as lost; the device sends one every 15 s. */
const SILENCE = 60_000;

/** The events of the device; a lost connection goes on after the last event that came. */
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
    if (response.body === null) return;
    const messages = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ onComment: () => watch.renew() }));
    for await (const { event, data, id } of readChunks(messages)) {
      watch.renew();
      if (id !== undefined && id !== '') last = id;
      const content: unknown = JSON.parse(data);
      const received = { event: event ?? '', data: content, ...(id === undefined ? {} : { id }) };
      // A newer device has events that this client does not know.
      if (isDeviceEvent(received)) yield received;
    }
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
