import { describeIssues } from '@device-supervisor/state';
import { absentAppContainers } from '../absent-apps.ts';
import { ALL_APPS, hasApp, isEmptyAppSet } from '../app-set.ts';
import { cancelledApp, decideAbsentApp, decideTargetApp } from '../decide/app.ts';
import { indexInput, isOfUnreadApp, type IndexedInput } from '../decide/indexed-input.ts';
import { decideNetwork } from '../decide/networks-and-volumes.ts';
import type { PlanInput } from '../plan-input.ts';
import type { Plan } from '../plan-output.ts';
import { wantsExtraFirmware, wantsSupervisorApi } from '../spec/feature-labels.ts';
import { toMap } from '../spec/list-or-map.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { EXTRA_FIRMWARE_VOLUME_SPEC } from '../spec/volume-spec.ts';
import type { Draft } from './graph.ts';
import { planDownloads, planDownloadsAfterRemovals, planUnnamedImages, planUnusedImages } from './images.ts';
import {
  planAbsentNetworks,
  planAbsentVolumes,
  planLeftoverNetworks,
  planNetworkRemovals,
  planNewNetworks,
  planNewVolumes,
  planReplacedNetworks,
  planVolume,
  planVolumes,
} from './networks-and-volumes.ts';
import { AppPlanner, DevicePlanner, type PlanPart } from './planner.ts';
import {
  planCutShort,
  planNewContainers,
  planOldContainers,
  planRequestedStarts,
  planRequestedStops,
  planStarts,
} from './services.ts';
import { checkSpace } from './space.ts';

/**
 * Compares the engine with the target. Pure: the same input gives the same plan. An app whose planning fails is blocked, and
 * the other apps are planned without it.
 */
export function plan(input: PlanInput): Plan {
  const failures = new Map<number, unknown>();
  const cancelled = cancelledApps(input);
  const indexed = indexInput(input);
  for (;;) {
    try {
      return planDevice(indexed, { failures, cancelled });
    } catch (error) {
      if (!(error instanceof AppFailure)) throw error;
      failures.set(error.appId, error.cause);
    }
  }
}

/** Ids of the apps of which only requests of clients are carried out although there is something else to do for them. */
function cancelledApps(input: PlanInput): ReadonlySet<number> {
  const { updates, requests: all } = input.policy;
  if (updates.kind === 'all-but' && updates.ids.size === 0) return new Set();
  const requests = { ...all, containers: new Map(), purge: new Set<string>() };
  const { operations, blocked } = plan({ ...input, policy: { ...input.policy, requests, updates: ALL_APPS } });
  const waiting = blocked.filter(({ reason }) => reason !== 'cleanup');
  const unreached = [...operations, ...waiting].flatMap(({ appId }) => appId ?? []);
  return new Set(unreached.filter((appId) => !hasApp(updates, appId)));
}

interface Scope {
  /** Why apps, by their id, cannot be planned. */
  readonly failures: ReadonlyMap<number, unknown>;
  /** Ids of the apps whose update is cancelled, where only requests of clients are planned. */
  readonly cancelled: ReadonlySet<number>;
}

function planDevice(input: IndexedInput, { failures, cancelled }: Scope): Plan {
  const device = new DevicePlanner(input);
  const { graph } = device;
  const { updates } = input.policy;
  /** The whole device is cancelled, but for some apps: what belongs to none of them stays as it is. */
  const isSuspended = updates.kind === 'only';
  const supervisorNetwork = isWanted(input, wantsSupervisorApi) ? decideNetwork(SUPERVISOR_NETWORK_SPEC, input) : null;

  // Drafts print in the order in which they begin; everything is decided about each app before anything is planned.
  const gone = [...absentAppContainers(input.target, input.snapshot)].filter(
    ([id, containers]) => !failures.has(id) && !containers.every((one) => isOfUnreadApp(one, input)),
  );
  const absent = gone
    .filter(([id]) => hasApp(updates, id))
    .map(([id]) => new AppPlanner(device, decideAbsentApp(id, input)));
  const leftovers = graph.draft();
  const shared: PlanPart = { device, draft: graph.draft(), id: null };
  reportFailures(failures, shared.draft);
  for (const [appId] of gone) if (!hasApp(updates, appId)) shared.draft.block(cancelledApp(appId));
  const present = Object.values(input.target.apps)
    .filter(({ id }) => !failures.has(id))
    .map((target) => {
      const context = { input, supervisorNetwork, isCancelled: cancelled.has(target.id) };
      return fenced(target.id, () => new AppPlanner(device, decideTargetApp(target, context)));
    });
  const cleanup = graph.draft();
  reportUnread(input, cleanup);
  const apps = [...absent, ...present];

  // Each step plans what the next ones come after.
  const sharedNetworks = supervisorNetwork === null || isEmptyAppSet(updates) ? [] : [supervisorNetwork];
  each(apps, planDownloads);
  planNewNetworks(sharedNetworks, shared);
  if (!isEmptyAppSet(updates)) planExtraFirmware(input, shared);
  each(present, (app) => planNewNetworks(app.decision.networks, app));
  each(present, planNewVolumes);

  each(absent, planOldContainers);
  device.absentStops.push(...device.stops.values());
  each(present, planOldContainers);
  each(present, planRequestedStops);

  if (!isSuspended) planAbsentNetworks(device, leftovers);
  planAbsentVolumes(device, leftovers, input.policy.keepVolumes || isSuspended);
  planNetworkRemovals(sharedNetworks, shared);
  each(present, (app) => planNetworkRemovals(app.decision.networks, app));
  each(present, planLeftoverNetworks);
  planReplacedNetworks(sharedNetworks, shared);
  each(present, (app) => planReplacedNetworks(app.decision.networks, app));
  each(present, planVolumes);

  each(present, (app) => planDownloadsAfterRemovals(app, 'containers'));
  checkSpace(device, cleanup);
  if (!isSuspended) planUnusedImages(device, cleanup);
  each(present, (app) => planDownloadsAfterRemovals(app, 'images'));

  each(present, planNewContainers);
  each(present, planStarts);
  each(present, planRequestedStarts);
  each(present, planCutShort);
  if (!isSuspended) planUnusedImages(device, cleanup);
  if (!isSuspended) planUnnamedImages(device, cleanup);
  each(apps, (app) => app.releaseLocks());
  return graph.finish(input.policy.paused);
}

/** An error of ours while one app was planned. */
class AppFailure extends Error {
  readonly appId: number;

  constructor(appId: number, cause: unknown) {
    super(`app ${appId} cannot be planned`, { cause });
    this.appId = appId;
  }
}

function each(apps: readonly AppPlanner[], step: (app: AppPlanner) => void): void {
  for (const app of apps) fenced(app.id, () => step(app));
}

function fenced<Result>(appId: number, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw new AppFailure(appId, error);
  }
}

function reportFailures(failures: ReadonlyMap<number, unknown>, draft: Draft): void {
  for (const [appId, error] of failures) {
    draft.block({ appId, service: null, reason: 'invalid', message: `the app cannot be planned: ${describe(error)}` });
  }
}

/** Names an error. Only messages of the language itself are printed: others may quote a value of the target. */
function describe(error: unknown): string {
  if (error instanceof TypeError || error instanceof RangeError) return `${error.name}: ${error.message}`;
  return error instanceof Error ? error.name : 'unknown error';
}

/** Reports the parts of the target that could not be decoded. */
function reportUnread({ target: { apps, unread = [] } }: IndexedInput, draft: Draft): void {
  for (const { part, key, faults } of unread) {
    const app = part === 'app' && Object.hasOwn(apps, key) ? apps[key] : undefined;
    const what = part === 'app' ? `app ${key}` : part === 'config' ? `the variable ${key}` : 'the device name';
    draft.block({
      appId: app?.id ?? null,
      service: null,
      reason: 'unreadable',
      message: `the new target of ${what} cannot be read, and the last good one stays: ${describeIssues(faults)}`,
    });
  }
}

/** A volume that belongs to no app: it is created for the first service that asks for it, and stays. */
function planExtraFirmware(input: IndexedInput, shared: PlanPart): void {
  const spec = EXTRA_FIRMWARE_VOLUME_SPEC;
  if (input.volumesByName.has(spec.name) || !isWanted(input, wantsExtraFirmware)) return;
  const missing = { spec, name: spec.name, status: 'absent', cause: 'does not exist', differences: [] } as const;
  planVolume(missing, shared);
}

/** Whether a service of the target has certain labels. */
function isWanted({ target }: IndexedInput, has: (labels: Record<string, string>) => boolean): boolean {
  return Object.values(target.apps).some((app) =>
    Object.values(app.release?.services ?? {}).some(({ labels, composition }) =>
      has({ ...toMap(composition.labels), ...labels }),
    ),
  );
}
