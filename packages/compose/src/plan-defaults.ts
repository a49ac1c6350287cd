import type { TargetState } from '@device-supervisor/state';
import { ALL_APPS, NO_APPS } from './app-set.ts';
import type { EngineSnapshot } from './observed.ts';
import { NO_REQUESTS, type PlanInput, type PlanPolicy } from './plan-input.ts';
import type { DeviceFacts } from './spec/device-facts.ts';

/** A plan's input, of which only the target and the contents of the engine have to be named. */
export interface PlanRequest extends Partial<Omit<PlanInput, 'device' | 'policy'>> {
  readonly target: TargetState;
  readonly snapshot: EngineSnapshot;
  /** Facts that services can read. Default: a device without a name, a cloud or firmware. */
  readonly device?: Partial<DeviceFacts>;
  readonly policy?: Partial<PlanPolicy>;
}

/**
 * Fills in the rest of a plan's input, for programs that keep nothing between two plans: every app is updated, nothing is
 * forced, and images and volumes that were not recorded stay. Without `now`, a hand-over ends by its marker alone.
 *
 * @example
 * ```ts
 * const next = plan(planInput({ target, snapshot: await engine.observe({ imageReferences: [] }) }));
 * console.log(formatPlan(next));
 * ```
 */
export function planInput({ device = {}, policy = {}, ...input }: PlanRequest): PlanInput {
  return {
    images: [],
    heldLocks: [],
    handOverMarkers: new Set(),
    now: 0,
    bootId: null,
    imageSizes: new Map(),
    diskSpace: null,
    ...input,
    device: { ...UNKNOWN_DEVICE, ...device },
    policy: { ...DEFAULT_POLICY, ...policy },
  };
}

/** A device of which nothing is known. */
export const UNKNOWN_DEVICE: DeviceFacts = {
  uuid: '',
  name: '',
  type: 'generic-amd64',
  arch: 'amd64',
  hostOsVersion: '',
  hostOs: {},
  kernelVersion: '',
  l4tVersion: null,
  supervisorVersion: '0.0.0',
  hostBoardRevision: '',
  apiEndpoint: null,
  deviceApiKey: '',
  apiPort: 48484,
  engineSocket: '/var/run/docker.sock',
  hasKernelModules: false,
  hasFirmware: false,
  allowsHostPaths: false,
};

const DEFAULT_POLICY: PlanPolicy = {
  supervisorApiKeys: new Map(),
  updates: ALL_APPS,
  heldApps: new Map(),
  forceLocks: NO_APPS,
  requests: NO_REQUESTS,
  keepImages: 'none',
  useDeltas: false,
  foreignImages: new Set(),
  keepVolumes: true,
  seenRunning: new Set(),
  runningFor: new Map(),
  mountedVolumes: new Set(),
  crashLooping: new Set(),
  damagedImages: new Set(),
  paused: new Map(),
};
