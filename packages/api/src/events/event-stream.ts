import type { ApiEvent } from './api-event.ts';
import type { EventLog } from './event-log.ts';

export interface EventStreamOptions {
  readonly log: EventLog;
  /** `Last-Event-ID` of a client that comes back. */
  readonly lastEventId: string | undefined;
  /** Whether it continues with what happens from now on; else it ends after what is kept, and begins with all of it. */
  readonly follows: boolean;
  /** Which events the client may see. */
  readonly accepts: (event: ApiEvent) => boolean;
  /** Ends the stream when it is aborted. */
  readonly ending: AbortSignal | undefined;
}

/** Between two signs of life, in milliseconds: proxies close what is silent, and a client that is gone is noticed. */
const HEARTBEAT = 15_000;

/**
 * The events from now on as `text/event-stream`, or from where a client left off. Events wait in the log, not here: one
 * is taken when the client has taken the one before. A client that falls behind the log learns how many events it has
 * lost, and its stream ends; when it comes back, it continues from there.
 */
export function streamEvents(options: EventStreamOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { log, lastEventId, follows, accepts, ending } = options;
  const end = new AbortController();
  const superseded = new Map<string, ApiEvent>();
  let position = log.last;
  let wake = Promise.withResolvers<void>();
  const rouse = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };

  /** The next text to send; `null`: none yet. */
  const take = (): Uint8Array<ArrayBuffer> | null => {
    for (let next = log.after(position); next !== null; next = log.after(position)) {
      position = next.sequence;
      if (accepts(next.event)) return format(next.event, `${log.run}-${position}`);
    }
    const [first] = superseded;
    if (first === undefined) return null;
    superseded.delete(first[0]);
    return format(first[1]);
  };

  const finish = (controller: ReadableStreamDefaultController): void => {
    if (end.signal.aborted) return;
    end.abort();
    controller.close();
    rouse();
  };

  return new ReadableStream(
    {
      start(controller) {
        const onEnding = (): void => finish(controller);
        const tellGap = (missed: number | null): void => {
          position = log.oldest - 1;
          controller.enqueue(format(gap(missed), `${log.run}-${position}`));
        };
        const heartbeat = setInterval(() => {
          if ((controller.desiredSize ?? 0) >= 0) controller.enqueue(KEEP_ALIVE);
        }, HEARTBEAT);
        const listening = log.listen((event) => {
          if (event.supersedes === null) superseded.delete(keyOf(event));
          else if (accepts(event)) superseded.set(event.supersedes, event);
          if (position < log.oldest - 1) {
            tellGap(log.oldest - 1 - position);
            finish(controller);
          }
          rouse();
        });
        end.signal.addEventListener('abort', () => {
          ending?.removeEventListener('abort', onEnding);
          clearInterval(heartbeat);
          listening[Symbol.dispose]();
        });
        ending?.addEventListener('abort', onEnding);
        controller.enqueue(KEEP_ALIVE);
        const resume = readEventId(lastEventId, log, follows);
        if (resume.missed !== 0) tellGap(resume.missed);
        else position = resume.position;
        if (ending?.aborted === true) onEnding();
      },
      async pull(controller) {
        for (let chunk = take(); !end.signal.aborted; chunk = take()) {
          if (chunk !== null) return controller.enqueue(chunk);
          if (!follows) return finish(controller);
          await wake.promise;
        }
      },
      cancel() {
        end.abort();
        rouse();
      },
    },
    { highWaterMark: 0 },
  );
}

interface Resumption {
  readonly position: number;
  /** Events that are not there any more; `null`: it is not known how many. */
  readonly missed: number | null;
}

/** Where to continue after an id of ours; without one, and with what is none, from now on, or at the oldest. */
function readEventId(id: string | undefined, { run, last, oldest }: EventLog, follows: boolean): Resumption {
  const [, ownRun, digits] = /^([a-z0-9]{1,16})-(\d{1,15})$/.exec(id ?? '') ?? [];
  if (ownRun === undefined) return { position: follows ? last : oldest - 1, missed: 0 };
  const position = Number(digits);
  if (ownRun !== run || position > last) return { position: oldest - 1, missed: null };
  return { position, missed: Math.max(0, oldest - 1 - position) };
}

function gap(missed: number | null): ApiEvent {
  return { type: 'gap', time: Date.now(), appId: null, data: { missed }, supersedes: null };
}

/** The kept events that an event replaces: the progress of the operation that has ended. */
function keyOf({ data }: ApiEvent): string {
  return 'id' in data ? String(data.id) : '';
}

const encoder = new TextEncoder();
const KEEP_ALIVE = encoder.encode(': device-supervisor\n\n');

function format({ type, time, data }: ApiEvent, id?: string): Uint8Array<ArrayBuffer> {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    `event: ${type}`,
    `data: ${JSON.stringify({ time, ...data })}`,
  ];
  return encoder.encode(`${lines.join('\n')}\n\n`);
}
