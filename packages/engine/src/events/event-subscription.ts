import type { EngineEvent } from '@device-supervisor/device';
import { EngineUnreachableError } from '../errors.ts';
import { readJsonLines } from '../transport/read-json-lines.ts';
import type { Transport } from '../transport/transport.ts';
import { EventLine } from '../wire/engine-wire.ts';
import type { EventQueue } from './event-queue.ts';
import { serveEvents } from './serve-events.ts';

/** @property container id of the container that it is about; `null`: it is about none */
export interface EngineChange {
  readonly kind: 'container' | 'image' | 'network' | 'volume';
  readonly action: string;
  readonly container: string | null;
}

export interface EventObserver {
  /** From now on changes are noticed. */
  readonly connected: () => void;
  /** Something about an object may have changed. Called before any consumer sees the event. */
  readonly changed: (change: EngineChange) => void;
  /** From now on changes are missed. */
  readonly lost: () => void;
}

const KINDS = ['container', 'image', 'network', 'volume'] as const;

/** Events that change no container or volume; a health check alone makes three of them each time. */
const UNCHANGING =
  /^(exec_\w+|attach|detach|top|resize|archive-path|extract-to-dir|export|copy|commit|mount|unmount)(:|$)/;

/**
 * The shared subscription to the engine's events: opened when it is first needed, and again after it broke. Caches and
 * consumers share it, so a consumer that receives a change never reads the state from before it in our caches.
 */
export class EventSubscription implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #observer: EventObserver;
  readonly #queues = new Set<EventQueue>();
  readonly #closed = new AbortController();
  #connection: Promise<void> | null = null;
  #reading: Promise<void> = Promise.resolve();
  /** Ends the stream that is open, so that another takes its place. */
  #replaced = new AbortController();

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

  /**
   * Replaces a stream that missed events. Consumers receive `missed`; their streams end only when the engine does not answer.
   */
  async reconnect(): Promise<void> {
    if (this.#connection === null || this.#closed.signal.aborted) return;
    this.#replaced.abort(new EngineUnreachableError(this.#transport.endpoint, 'its stream of events missed a change'));
    await this.#reading;
    try {
      await this.connect();
    } catch (error) {
      this.#endQueues(this.#unreachable(error));
      return;
    }
    for (const queue of this.#queues) queue.push({ kind: 'missed' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new EngineUnreachableError(this.#transport.endpoint, 'the connection was closed'));
    await this.#reading;
  }

  async #open(): Promise<void> {
    const replaced = (this.#replaced = new AbortController());
    const signal = AbortSignal.any([this.#closed.signal, replaced.signal]);
    // The engine begins its answer before it has subscribed us: asking for what happened since closes the gap.
    const ping = await this.#transport.open({ method: 'GET', path: '/_ping', signal });
    await Array.fromAsync(ping.chunks);
    const since = Number.isNaN(ping.date) ? {} : { since: Math.floor(ping.date / 1000) };
    const query = { filters: { type: KINDS }, ...since };
    const stream = await this.#transport.open({ method: 'GET', path: '/events', query, signal });
    this.#observer.connected();
    this.#reading = this.#read(stream.chunks, replaced.signal);
  }

  /** Never rejects. */
  async #read(chunks: AsyncIterable<Uint8Array>, replaced: AbortSignal): Promise<void> {
    let error: unknown;
    try {
      for await (const line of readJsonLines(chunks, EventLine)) this.#dispatch(line);
    } catch (thrown) {
      error = thrown;
    }
    this.#connection = null;
    this.#observer.lost();
    if (!replaced.aborted) this.#endQueues(this.#unreachable(error));
  }

  #endQueues(error: EngineUnreachableError): void {
    for (const queue of this.#queues) queue.end(error);
  }

  #unreachable(error: unknown): EngineUnreachableError {
    if (error instanceof EngineUnreachableError) return error;
    return new EngineUnreachableError(this.#transport.endpoint, 'its stream of events ended', error);
  }

  #dispatch({ Type, Action, Actor }: EventLine): void {
    const kind = KINDS.find((one) => one === Type);
    if (kind === undefined || UNCHANGING.test(Action)) return;
    const container = (kind === 'container' ? Actor.ID : Actor.Attributes['container']) ?? null;
    this.#observer.changed({ kind, action: Action, container });
    for (const queue of this.#queues) queue.push({ kind, action: Action, id: Actor.ID });
  }
}
