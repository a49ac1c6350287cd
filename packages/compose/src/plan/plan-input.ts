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
  /** Take update locks also from services that hold them. */
  readonly forceLocks: boolean;
  /** Leave images on the engine that nothing needs any more. */
  readonly keepImages: boolean;
  /** Fetch images as differences to those that are there, where that can be done. */
  readonly useDeltas: boolean;
  /** Leave the volumes of apps that are not in the target. */
  readonly keepVolumes: boolean;
  /** Ids of containers that ran under our eyes: when one of them has exited, that is the engine's or a user's doing. */
  readonly seenRunning: ReadonlySet<string>;
  /** Why an operation, by its id, is not to be tried now. */
  readonly paused: ReadonlyMap<string, string>;
}

/** What a plan is made from, with what is looked up in it again and again. */
export interface PlanContext extends PlanInput {
  readonly findImage: ImageFinder;
}

/** Key of a service in {@link PlanPolicy.supervisorApiKeys}. */
export function serviceKey(appId: number, service: string): string {
  return `${appId}/${service}`;
}
