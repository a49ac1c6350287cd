import type { Clock } from '@device-supervisor/primitives';

/** Notices a connection that is open and dead: another end that lost power, a laptop that slept. */
export interface SilenceWatch extends Disposable {
  /** Aborted when nothing has renewed the watch for so long. */
  readonly signal: AbortSignal;
  renew(): void;
}

/** @param silence milliseconds */
export function watchSilence(clock: Pick<Clock, 'schedule'>, silence: number): SilenceWatch {
  const controller = new AbortController();
  const begin = (): Disposable =>
    clock.schedule(silence, () => controller.abort(new Error(`no sign of life for ${silence / 1000} s`)));
  let timer = begin();
  return {
    signal: controller.signal,
    renew() {
      timer[Symbol.dispose]();
      timer = begin();
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}
