import type { ExecutionEvent, Operation, OperationResult } from '@device-supervisor/compose';
import type { ClientActions } from '../actions/client-actions.ts';
import type { DeviceEvent, DeviceHealth } from '../device.ts';
import type { ContainerHistory } from '../history/container-history.ts';
import type { DamagedImages } from '../history/damaged-images.ts';
import type { Clock } from '@device-supervisor/primitives';
import { Activity } from './activity.ts';
import type { Backoff } from './backoff.ts';
import { assessHealth } from './health.ts';
import type { Observer } from './observer.ts';

export interface OperationTrackerOptions {
  readonly clock: Clock;
  readonly history: ContainerHistory;
  readonly damagedImages: DamagedImages;
  readonly backoff: Backoff;
  readonly actions: ClientActions;
  readonly observer: Pick<Observer, 'distrust'>;
  readonly emit: (event: DeviceEvent) => void;
  /** Called when the state that clients see may differ. */
  readonly onChange: () => void;
}

/** Follows operations from their begin to their end, and passes on what comes of them. */
export class OperationTracker {
  readonly activity: Activity = new Activity();
  readonly #options: OperationTrackerOptions;
  #lastProgress: number;

  constructor(options: OperationTrackerOptions) {
    this.#options = options;
    this.#lastProgress = options.clock.monotonic();
  }

  health(): DeviceHealth {
    return assessHealth(this.activity.running(), this.#options.clock.monotonic() - this.#lastProgress);
  }

  record(event: ExecutionEvent): void {
    const { clock, actions, emit, onChange } = this.#options;
    this.#lastProgress = clock.monotonic();
    if (this.activity.apply(event)) onChange();
    const { operation } = event;
    switch (event.type) {
      case 'started':
        actions.onStart(operation);
        return emit({ type: 'operation-started', operation });
      case 'progress':
        return emit({ type: 'operation-progress', operation, progress: event.progress });
      case 'finished':
        return this.#onFinished(operation, event.result);
    }
  }

  #onFinished(operation: Operation, result: OperationResult): void {
    const { history, damagedImages, observer, backoff, actions, emit } = this.#options;
    if (result.status === 'done') history.record(operation);
    // The engine is not as the plan took it to be.
    else if (result.status !== 'cancelled') observer.distrust();
    damagedImages.record(operation, result);
    const retryIn = backoff.record(operation, result);
    actions.onResult(operation, result);
    emit({ type: 'operation-finished', operation, result, retryIn });
  }
}
