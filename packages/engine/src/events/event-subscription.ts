import type { EngineEvent } from '@device-supervisor/device';
import { EngineUnreachableError } from '../errors.ts';
import { readJsonLines } from '../transport/read-json-lines.ts';
import type { Transport } from '../transport/transport.ts';
import { EventLine } from '../wire/engine-wire.ts';
import type { EventQueue } from './event-queue.ts';
import { serveEvents } from './serve-events.ts';

export interface EventObserver {
  /** From now on changes are noticed. */
  readonly connected: () => void;
  /** Something about the container may have changed. Called before any consumer sees the event. */
  readonly containerChanged: (id: string) => void;
  /** From now on changes are missed. */
  readonly lost: () => void;
}

const KINDS = ['container', 'image', 'network', 'volume'] as const;

/** What happens to a container or volume without changing it; health checks alone make three of them each time. */
const UNCHANGING =
  /^(exec_\w+|attach|detach|top|resize|archive-path|extract-to-dir|export|copy|commit|mount|unmount)(:|$)/;

/**
 * The one subscription to the engine's events that everybody here shares: opened when it is first needed, and again
 * after it broke. As there is one alone, a consumer that is told of a change never finds the state from before it in
 * our caches.
 */
export class EventSubscription implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #observer: EventObserver;
  readonly #queues = new Set<EventQueue>();
  readonly #closed = new AbortController();
  #connection: Promise<void> | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(transport: Transport, observer: EventObserver) {
    this.#transport = transport;
    this.#observer = observer;
  }

  /** Resolves when changes are noticed from now on. */
  connect(): Promise<void> {
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = null;
      throw error;
    });
    return this.#connection;
  }

  /** See `DeviceEngine.events`. */
  events(signal: AbortSignal): AsyncGenerator<EngineEvent, void> {
    return serveEvents(this.#queues, () => this.connect(), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new EngineUnreachableError(this.#transport.endpoint, 'the connection was closed'));
    await this.#reading;
  }

  async #open(): Promise<void> {
    const { signal } = this.#closed;
    // The engine begins its answer before it has subscribed us: asking for what happened since closes the gap.
    const ping = await this.#transport.open({ method: 'GET', path: '/_ping', signal });
    await Array.fromAsync(ping.chunks);
    const since = Number.isNaN(ping.date) ? {} : { since: Math.floor(ping.date / 1000) };
    const query = { filters: { type: KINDS }, ...since };
    const stream = await this.#transport.open({ method: 'GET', path: '/events', query, signal });
    this.#observer.connected();
    this.#reading = this.#read(stream.chunks);
  }

  /** Never rejects. */
  async #read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let error: unknown;
    try {
      for await (const line of readJsonLines(chunks, EventLine)) this.#dispatch(line);
    } catch (thrown) {
      error = thrown;
    }
    this.#connection = null;
    this.#observer.lost();
    const lost =
      error instanceof EngineUnreachableError
        ? error
        : new EngineUnreachableError(this.#transport.endpoint, 'its stream of events ended', error);
    for (const queue of this.#queues) queue.end(lost);
  }

  #dispatch({ Type, Action, Actor }: EventLine): void {
    const kind = KINDS.find((one) => one === Type);
    if (kind === undefined || UNCHANGING.test(Action)) return;
    const container = kind === 'container' ? Actor.ID : Actor.Attributes['container'];
    if (container !== undefined) this.#observer.containerChanged(container);
    for (const queue of this.#queues) queue.push({ kind, action: Action, id: Actor.ID });
  }
}
