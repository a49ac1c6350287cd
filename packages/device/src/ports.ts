import type { ContainerEngine, EngineSnapshot } from '@device-supervisor/compose';

/** The container engine as the device needs it: changes, observation and events. */
export interface DeviceEngine extends ContainerEngine {
  /** The engine's contents now. Rejects with `EngineUnreachableError` when nobody answers. */
  observe(request: ObserveRequest): Promise<EngineSnapshot>;
  /**
   * Changes on the engine, from the moment of the `connected` item on. Ends when the signal is aborted; throws
   * `EngineUnreachableError` when the engine goes away.
   */
  events(signal: AbortSignal): AsyncIterable<EngineEvent>;
}

export interface ObserveRequest {
  /** Images whose configuration is wanted, besides those of supervised containers. */
  readonly imageReferences: readonly string[];
}

export type EngineEvent =
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'container' | 'image' | 'network' | 'volume';
      /** The engine's word for it, e.g. `start`, `die`, `health_status: healthy`. */
      readonly action: string;
      readonly id: string;
    };

/** Time as the device sees it; a fake one makes tests independent of the machine's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `delay` milliseconds, unless disposed of before. */
  schedule(delay: number, callback: () => void): Disposable;
}
