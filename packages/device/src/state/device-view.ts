import { EventHub } from '../events/event-hub.ts';
import type { DeviceEvent } from '../device.ts';
import type { Clock } from '@device-supervisor/primitives';
import { describeState, type StateSources } from './describe-state.ts';
import type { DeviceState } from './device-state.ts';

export interface DeviceViewOptions {
  readonly clock: Clock;
  readonly sources: () => StateSources;
}

/** The device for clients: its state, described on request, and its events. */
export class DeviceView implements Disposable {
  readonly #options: DeviceViewOptions;
  readonly #hub: EventHub;
  /** `null`: it may have changed. */
  #state: DeviceState | null = null;

  constructor(options: DeviceViewOptions) {
    this.#options = options;
    this.#hub = new EventHub({ clock: options.clock, state: () => this.state() });
  }

  state(): DeviceState {
    this.#state ??= describeState(this.#options.sources());
    return this.#state;
  }

  subscribe(listener: (event: DeviceEvent) => void): Disposable {
    return this.#hub.subscribe(listener);
  }

  emit(event: DeviceEvent): void {
    this.#hub.emit(event);
  }

  /** Something of what the state is made from has changed. */
  noteChange(): void {
    this.#state = null;
    this.#hub.noteChange();
  }

  [Symbol.dispose](): void {
    this.#hub[Symbol.dispose]();
  }
}
