import type { AppSet } from './app-set.ts';
import type { TargetState } from '@device-supervisor/state';
import type { HeldLock } from '@device-supervisor/update-locks';
import type { ImageRecord } from './execute/ports.ts';
import type { DiskSpace, ImageSize } from './image-size.ts';
import type { EngineSnapshot } from './observed.ts';
import type { DeviceFacts } from './spec/device-facts.ts';

/** Everything that a plan depends on. */
export interface PlanInput {
  readonly snapshot: EngineSnapshot;
  readonly images: readonly ImageRecord[];
  /** Services that hold their update lock now. */
  readonly heldLocks: readonly HeldLock[];
  /** Services, by {@link serviceKey}, whose new container reported that it took over. */
  readonly handOverMarkers: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Changes with each boot of the host; `null`: not known. */
  readonly bootId: string | null;
  readonly target: TargetState;
  readonly device: DeviceFacts;
  readonly policy: PlanPolicy;
  /** By reference, of images that the engine lacks; the size of other images is not checked. */
  readonly imageSizes: ReadonlyMap<string, ImageSize>;
  /** `null`: not known, and not checked. */
  readonly diskSpace: DiskSpace | null;
}

export interface PlanPolicy {
  /** Keys for the supervisor's API by {@link serviceKey}; secrets. */
  readonly supervisorApiKeys: ReadonlyMap<string, string>;
  /**
   * Apps whose update is carried out; of the others only requests of clients are, and nothing is done about what belongs to
   * no app while there is only a number of them.
   */
  readonly updates: AppSet;
  /** Why nothing of an app, by its id, can be planned now. */
  readonly heldApps: ReadonlyMap<number, string>;
  /** Apps whose update locks are taken even while services hold them. */
  readonly forceLocks: AppSet;
  /** Requests of clients beyond the target. */
  readonly requests: ClientRequests;
  /** Which unused images stay on the engine: those made on it cannot be fetched again. */
  readonly keepImages: 'all' | 'built here' | 'none';
  /** Fetch images as differences to present ones, where that is possible. */
  readonly useDeltas: boolean;
  /** Ids of images that others put on the engine: they are not recorded, and so never removed. */
  readonly foreignImages: ReadonlySet<string>;
  /** Keep the volumes of apps that are not in the target. */
  readonly keepVolumes: boolean;
  /** Ids of containers that were observed running: when one of them has exited, the engine or a user stopped it. */
  readonly seenRunning: ReadonlySet<string>;
  /** How long containers, by id, have been observed running without an end, in milliseconds of a clock that never jumps. */
  readonly runningFor: ReadonlyMap<string, number>;
  /** Names of volumes that containers of their apps were observed to mount, whether or not one does now. */
  readonly mountedVolumes: ReadonlySet<string>;
  /** Ids of containers in a crash loop. */
  readonly crashLooping: ReadonlySet<string>;
  /** Canonical references of images that only another download repairs. */
  readonly damagedImages: ReadonlySet<string>;
  /** Why an operation, by its id, is not to be tried now. */
  readonly paused: ReadonlyMap<string, string>;
}

/** Requests of clients beyond the target. */
export interface ClientRequests {
  /** Whether a service, by {@link serviceKey}, runs; overrides the target. */
  readonly running: ReadonlyMap<string, boolean>;
  /** One-time requests, by container id. */
  readonly containers: ReadonlyMap<string, ContainerRequest>;
  /** Engine names of volumes to empty: they are removed and created again. */
  readonly purge: ReadonlySet<string>;
  /** Ids of the apps whose update locks may be taken from services for these requests alone. */
  readonly force: ReadonlySet<number>;
  /** Services, by {@link serviceKey}, whose requests have begun: a container that is gone is created again. */
  readonly unfinished: ReadonlySet<string>;
}

/**
 * - `replace`: a new container takes its place, though nothing differs
 * - `start`: it is started, though it ended by itself or was stopped
 */
export type ContainerRequest = 'replace' | 'start';

export const NO_REQUESTS: ClientRequests = {
  running: new Map(),
  containers: new Map(),
  purge: new Set(),
  force: new Set(),
  unfinished: new Set(),
};

/** Key of a service in the maps and sets of a {@link PlanInput}. */
export function serviceKey(appId: number, service: string): string {
  return `${appId}/${service}`;
}
