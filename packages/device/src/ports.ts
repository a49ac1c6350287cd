import type { ContainerEngine, EngineSnapshot, ImageRecord, ImageRecords } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';

export type { DeviceLocks, LockedApp } from '@device-supervisor/update-locks';

/** The container engine as the device needs it: changes, observation and events. */
export interface DeviceEngine extends ContainerEngine {
  /**
   * The engine's contents now; of a look that found nothing changed, the snapshot of the look before, the same object.
   * Rejects with `EngineUnreachableError` without an answer.
   */
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
  /**
   * `true`: the engine lists only the kinds of objects that its events, or our own calls, say have changed since the last
   * look; nothing at all when nothing happened. Default: it lists everything, which finds what the events left
   * out.
   */
  readonly trustEvents?: boolean;
  /** With `trustEvents`: images are listed anyway, since the event of a name that was moved may come later. */
  readonly listImages?: boolean;
}

export type EngineEvent =
  | { readonly kind: 'connected' }
  /** Events were lost: everything has to be listed again. */
  | { readonly kind: 'missed' }
  | {
      readonly kind: 'container' | 'image' | 'network' | 'volume';
      /** The engine's word for it, e.g. `start`, `die`, `health_status: healthy`. */
      readonly action: string;
      readonly id: string;
    };

/** The device's memory over restarts. */
export interface DeviceStore {
  readonly targets: {
    /** `null`: there was none yet. */
    load(source: TargetSource): TargetState | null;
    save(source: TargetSource, target: TargetState): void;
    clear(source: TargetSource): void;
  };
  /** Ids of the images that were on the engine before local mode began. */
  readonly localMode: {
    /** `null`: it did not begin. */
    load(): readonly string[] | null;
    save(imageIds: readonly string[]): void;
    clear(): void;
  };
  readonly boots: {
    /** `null`: nothing was kept yet. */
    load(): BootRecord | null;
    save(record: BootRecord): void;
  };
  readonly images: ImageRecords & { list(): readonly ImageRecord[] };
  readonly apiKeys: {
    /** The key of a service for our API; a secret. With none kept, it is the one that its container has, or a new one. */
    forService(appId: number, service: string, present?: string): string;
    /** Revokes the keys of all other services. */
    keepOnly(services: readonly { readonly appId: number; readonly service: string }[]): void;
  };
}

/** The device's memory of the present boot of the host. */
export interface BootRecord {
  readonly bootId: string;
  /** A supervisor runs, or ended without a word. */
  readonly isOpen: boolean;
  /** In the boot before, no supervisor ended as it should. */
  readonly afterPowerCut: boolean;
  /** Canonical references of images that were fetched since a power cut. */
  readonly fetched: readonly string[];
}

/** Origin of a target. */
export type TargetSource = 'local' | 'cloud';

/** The host's firewall as the device needs it. */
export interface FirewallModes {
  /**
   * Sets up what the host lets in. Asked for the same again, it does nothing.
   *
   * @returns why it is not all as it should be; it is retried without being asked
   */
  apply(mode: FirewallMode, situation: FirewallSituation): Promise<readonly Error[]>;
}

/** Whether only what is known to be good is let in; `auto`: when a service has no network of its own. */
export type FirewallMode = 'on' | 'off' | 'auto';

/** The inputs of the rules, besides their mode. */
export interface FirewallSituation {
  /** Whether the API can be reached from everywhere. */
  readonly localMode: boolean;
  /** Port of the API, which is protected in every mode. */
  readonly apiPort: number;
  /** Whether a service of the target uses the host's network. */
  readonly usesHostNetwork: boolean;
}
