import { isDeepStrictEqual } from 'node:util';
import type { DeviceEvent } from '../device.ts';
import type { Clock } from '@device-supervisor/primitives';
import type { DeviceState } from '../state/device-state.ts';

export interface EventHubOptions {
  readonly clock: Clock;
  /** The state now. */
  readonly state: () => DeviceState;
}

/** A pause after the comparison of two states lasts so many times as long as the comparison. */
const PAUSE_PER_COMPARISON = 9;
/** First delay until a listener that failed gets the state again, in milliseconds; doubled up to the last. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

interface Subscription {
  readonly listener: (event: DeviceEvent) => void;
  /** Failures in a row. */
  failures: number;
  retry: Disposable | null;
}

/**
 * Delivers events. A new listener gets the present state first. A listener that throws keeps nothing from the others: its
 * error is an event for them, and it gets the state again until it takes it. `state-changed` is sent when the state differs
 * from the one that was sent before, whether or not a reader has looked at it meanwhile.
 */
export class EventHub implements Disposable {
  readonly #options: EventHubOptions;
  readonly #subscriptions = new Set<Subscription>();
  /** Whether the engine is connected, for those who subscribe later. */
  #engine: DeviceEvent | null = null;
  #waiting: DeviceEvent[] = [];
  #isDelivering = false;
  #announced: DeviceState | null = null;
  /** A comparison is to come: by a timer, or `null` before the next task. */
  #comparison: { readonly timer: Disposable | null } | null = null;
  #pausedUntil = -Infinity;

  constructor(options: EventHubOptions) {
    this.#options = options;
  }

  subscribe(listener: (event: DeviceEvent) => void): Disposable {
    const subscription: Subscription = { listener, failures: 0, retry: null };
    this.#subscriptions.add(subscription);
    if (this.#engine !== null) this.#deliver(this.#engine, subscription);
    this.#deliver({ type: 'state-changed' }, subscription);
    return {
      [Symbol.dispose]: () => {
        this.#subscriptions.delete(subscription);
        subscription.retry?.[Symbol.dispose]();
      },
    };
  }

  /** Never throws. Events of listeners come after the one that they were called with. */
  emit(event: DeviceEvent): void {
    if (event.type === 'engine-connected' || event.type === 'engine-lost') this.#engine = event;
    this.#waiting.push(event);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      for (const subscription of this.#subscriptions) this.#deliver(next, subscription);
    }
    this.#isDelivering = false;
  }

  /** The state may have changed; many changes at a time are one event. */
  noteChange(): void {
    if (this.#comparison !== null) return;
    const delay = this.#pausedUntil - this.#options.clock.monotonic();
    if (delay > 0) {
      this.#comparison = { timer: this.#options.clock.schedule(delay, () => this.#compare()) };
      return;
    }
    this.#comparison = { timer: null };
    queueMicrotask(() => this.#compare());
  }

  /** Sends what is still to be sent. */
  [Symbol.dispose](): void {
    this.#comparison?.timer?.[Symbol.dispose]();
    if (this.#comparison !== null) this.#compare();
    for (const { retry } of this.#subscriptions) retry?.[Symbol.dispose]();
    this.#subscriptions.clear();
  }

  #compare(): void {
    if (this.#comparison === null) return;
    this.#comparison = null;
    const { clock, state } = this.#options;
    const began = clock.monotonic();
    const next = state();
    const isSame = next === this.#announced || isDeepStrictEqual(next, this.#announced);
    const ended = clock.monotonic();
    this.#pausedUntil = ended + (ended - began) * PAUSE_PER_COMPARISON;
    if (isSame) return;
    this.#announced = next;
    this.emit({ type: 'state-changed' });
  }

  #deliver(event: DeviceEvent, subscription: Subscription): void {
    try {
      subscription.listener(event);
      if (event.type === 'state-changed') this.#forgive(subscription);
    } catch (error) {
      this.#onFailure(subscription, error);
    }
  }

  #forgive(subscription: Subscription): void {
    subscription.failures = 0;
    subscription.retry?.[Symbol.dispose]();
    subscription.retry = null;
  }

  #onFailure(subscription: Subscription, error: unknown): void {
    const delay = Math.min(FIRST_RETRY * 2 ** subscription.failures, LAST_RETRY);
    subscription.failures++;
    subscription.retry ??= this.#options.clock.schedule(delay, () => {
      subscription.retry = null;
      this.#deliver({ type: 'state-changed' }, subscription);
    });
    // The others learn of it once; a listener that fails on that as well must not go round in circles.
    if (subscription.failures > 1) return;
    for (const other of this.#subscriptions) {
      if (other !== subscription && other.failures === 0) this.#deliver({ type: 'fault', error }, other);
    }
  }
}
