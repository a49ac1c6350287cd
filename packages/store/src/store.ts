import type { ImageRecord, ImageRecords } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import type { StoreDamagedError, StoreInUseError, StoreOpenError, StoreWriteError } from './errors.ts';

/** A damaged database that an empty one stands in for. */
export interface Recovery {
  /** Path that the damaged one has now; the store's own: the disk does not allow it to be renamed yet. */
  readonly setAside: string;
  /** Its fault. */
  readonly reason: string;
}

/**
 * The device's memory across restarts. It works in memory, and every change is on the disk when its call returns.
 * While the disk cannot be written to, `fault` says why: a local target and a replaced key are refused then, and
 * everything else is written as soon as the disk allows it.
 */
export interface Store extends Disposable {
  readonly targets: TargetRepository;
  readonly images: ImageRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly settings: SettingRepository;
  readonly localMode: LocalModeRepository;
  readonly boots: BootRepository;
  /** The damaged database that was found at start; `null`: it was whole. */
  readonly recovered: Recovery | null;
  /** Why the disk does not hold what the store holds; `null`: it does. Looked for at each change, and now and then. */
  readonly fault: StoreFault | null;
}

/** Where a target state came from. */
export type TargetSource = 'local' | 'cloud';

/** The last good target state of each source. */
export interface TargetRepository {
  /** `null`: there is none, or it could not be read back, which is logged. */
  load(source: TargetSource): TargetState | null;
  /**
   * Writes nothing when it is the one that is there: flash storage wears out.
   *
   * @throws StoreWriteError when a local target could not be kept; it is not the target then
   */
  save(source: TargetSource, target: TargetState): void;
  clear(source: TargetSource): void;
}

/** Records of the images that services need; one for each image, app and service. */
export interface ImageRepository extends ImageRecords {
  /** Every record, by app, service and image. */
  list(): readonly ImageRecord[];
}

/** The scope of an API key. */
export type ApiKeyScope =
  | { readonly kind: 'global' }
  | { readonly kind: 'app'; readonly appId: number; readonly serviceName: string };

/**
 * API keys: 64 hexadecimal digits each, one for each scope, made when they are first asked for. They are kept as they
 * are, in a file that only our user reads: services get theirs in their environment, and again each time that their
 * container is made or compared, and the global one is reported to the cloud. Keys that are handed out again cannot be stored as hashes.
 */
export interface ApiKeyRepository {
  global(): string;
  /**
   * @param present the key that the service's container has. It is kept where no other is: after a database was lost,
   *   containers stay as they are. Anything but a key that was made for it is ignored
   */
  forService(appId: number, serviceName: string, present?: string): string;
  /** `null`: it is not a key. The time that this takes says nothing about the keys. Does not read the disk. */
  find(key: string): ApiKeyScope | null;
  /**
   * Puts a new key in the place of one, which is void from then on. `null`: it was not a key.
   *
   * @throws StoreWriteError when it could not be kept: the old key would be back after a restart
   */
  regenerate(key: string): string | null;
  /** Makes the keys of all other services void. Writes nothing when there are none. */
  keepOnly(services: readonly { readonly appId: number; readonly service: string }[]): void;
}

/** Small values by name. */
export interface SettingRepository {
  /** `null`: it was never set. */
  get(name: string): string | null;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** Ids of the images that were on the engine before local mode began. */
export interface LocalModeRepository {
  /** `null`: it did not begin. */
  load(): readonly string[] | null;
  save(imageIds: readonly string[]): void;
  clear(): void;
}

/** Records of the present boot of the host. */
interface BootRecord {
  readonly bootId: string;
  readonly isOpen: boolean;
  readonly afterPowerCut: boolean;
  readonly fetched: readonly string[];
}

export interface BootRepository {
  /** `null`: nothing was kept yet. */
  load(): BootRecord | null;
  save(record: BootRecord): void;
}

/** Why the file does not hold what the store holds. Reading and changing continue in memory. */
export type StoreFault = StoreWriteError | StoreOpenError | StoreInUseError | StoreDamagedError;
