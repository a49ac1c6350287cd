import type { TargetState } from '@device-supervisor/state';
import type { ImageRecord, LockHolder } from '../execute/ports.ts';
import type { DiskSpace, ImageSize } from '../image-size.ts';
import type { EngineSnapshot } from '../observed.ts';
import type { DeviceFacts } from '../spec/device-facts.ts';
import type { ImageFinder } from './find-image.ts';

/** What a plan is made from. */
export interface PlanInput {
  readonly snapshot: EngineSnapshot;
  readonly images: readonly ImageRecord[];
  /** Services that hold their update lock now. */
  readonly heldLocks: readonly LockHolder[];
  /** Services, by {@link serviceKey}, that said that their new container took over. */
  readonly handOverMarkers: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Another one after each boot of the host; `null`: not known. */
  readonly bootId: string | null;
  readonly target: TargetState;
  readonly device: DeviceFacts;
  readonly policy: PlanPolicy;
  /** By reference, of images that the engine lacks; those that are not here are not checked for their size. */
  readonly imageSizes: ReadonlyMap<string, ImageSize>;
  /** `null`: not known, so that nothing is checked. */
  readonly diskSpace: DiskSpace | null;
}

export interface PlanPolicy {
  /** Keys for the supervisor's API by {@link serviceKey}; secrets. */
  readonly supervisorApiKeys: ReadonlyMap<string, string>;
  /** Apps, by id, whose update locks are taken also from services that hold them. */
  readonly forceLocks: 'all' | ReadonlySet<number>;
  /** What clients asked for beyond the target. */
  readonly requests: ClientRequests;
  /** Leave images on the engine that nothing needs any more. */
  readonly keepImages: boolean;
  /** Fetch images as differences to those that are there, where that can be done. */
  readonly useDeltas: boolean;
  /** Ids of images that are on the engine for others: nothing is written down about them, so they are never removed. */
  readonly foreignImages: ReadonlySet<string>;
  /** Leave the volumes of apps that are not in the target. */
  readonly keepVolumes: boolean;
  /** Ids of containers that ran under our eyes: when one of them has exited, that is the engine's or a user's doing. */
  readonly seenRunning: ReadonlySet<string>;
  /** Ids of containers that end and are restarted by the engine, again and again. */
  readonly crashLooping: ReadonlySet<string>;
  /** Why an operation, by its id, is not to be tried now. */
  readonly paused: ReadonlyMap<string, string>;
}

/** What clients of the device asked for beyond the target. */
export interface ClientRequests {
  /** Services, by {@link serviceKey}, that run or do not, whatever the target says. */
  readonly running: ReadonlyMap<string, boolean>;
  /** What is to be done once with a container, by its id. */
  readonly containers: ReadonlyMap<string, ContainerRequest>;
  /** Engine names of volumes that are to be emptied: removed and created anew. */
  readonly purge: ReadonlySet<string>;
}

/**
 * - `replace`: another one takes its place, though it is as wanted
 * - `start`: it is started, though it ended by itself or was stopped
 */
export type ContainerRequest = 'replace' | 'start';

export const NO_REQUESTS: ClientRequests = { running: new Map(), containers: new Map(), purge: new Set() };

/** May the locks of the app be taken from services that hold them? */
export function forcesLocks({ forceLocks }: PlanPolicy, appId: number): boolean {
  return forceLocks === 'all' || forceLocks.has(appId);
}

/** What a plan is made from, with what is looked up in it again and again. */
export interface PlanContext extends PlanInput {
  readonly findImage: ImageFinder;
}

/** Key of a service in {@link PlanPolicy.supervisorApiKeys}. */
export function serviceKey(appId: number, service: string): string {
  return `${appId}/${service}`;
}
