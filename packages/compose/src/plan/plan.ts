import { absentAppContainers } from '../absent-apps.ts';
import { wantsExtraFirmware, wantsSupervisorApi } from '../spec/feature-labels.ts';
import { toMap } from '../spec/list-or-map.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { EXTRA_FIRMWARE_VOLUME_SPEC } from '../spec/volume-spec.ts';
import { planAbsentApp, planTargetApp, type AppPlan } from './app-plan.ts';
import { startPlan, type DevicePlan } from './device-plan.ts';
import { planDownloads, planDownloadsIntoRoom, planUnnamedImages, planUnusedImages } from './images.ts';
import {
  decideNetwork,
  planAbsentNetworks,
  planNetworkLeftovers,
  planNetworkRemovals,
  planNewNetworks,
  planReplacedNetworks,
} from './networks.ts';
import type { PlanInput } from './plan-input.ts';
import type { Plan } from './plan-output.ts';
import { planRequestedStarts, planRequestedStops } from './requests.ts';
import { planArrivals, planDepartures, planStarts } from './services.ts';
import { checkSpace } from './space.ts';
import { isOfUnread, reportUnread, unreadApps } from './unread-apps.ts';
import { planAbsentVolumes, planNewVolumes, planVolume, planVolumes } from './volumes.ts';

/**
 * Compares the engine with the target. Pure: the same input gives the same plan. An app whose planning fails is blocked, and
 * the other apps are planned without it.
 */
export function plan(input: PlanInput): Plan {
  const failures = new Map<number, unknown>();
  for (;;) {
    try {
      return planScope(input, { failures, cancelled: input.policy.scope === 'target' ? null : unreachedApps(input) });
    } catch (error) {
      if (!(error instanceof AppFailure)) throw error;
      failures.set(error.appId, error.cause);
    }
  }
}

/** Ids of the apps for which there is something to do besides requests of clients. */
function unreachedApps(input: PlanInput): ReadonlySet<number | null> {
  const requests = { ...input.policy.requests, containers: new Map(), purge: new Set<string>() };
  const { operations, blocked } = plan({ ...input, policy: { ...input.policy, requests, scope: 'target' } });
  const waiting = blocked.filter(({ reason }) => reason !== 'cleanup');
  return new Set([...operations, ...waiting].map(({ appId }) => appId));
}

interface Scope {
  /** Why apps, by their id, cannot be planned. */
  readonly failures: ReadonlyMap<number, unknown>;
  /**
   * Ids of the apps whose update is cancelled, where only requests of clients are planned; `null`: everything is planned.
   */
  readonly cancelled: ReadonlySet<number | null> | null;
}

function planScope(input: PlanInput, { failures, cancelled }: Scope): Plan {
  const device = startPlan(input);
  const { graph } = device;
  const supervisorNetwork = isWanted(input, wantsSupervisorApi) ? decideNetwork(SUPERVISOR_NETWORK_SPEC, device) : null;

  // Drafts print in the order in which they begin; what each app needs is decided before anything is planned.
  const unread = unreadApps(input.target);
  const gone = cancelled === null ? [...absentAppContainers(input.target, input.snapshot)] : [];
  const absent = gone
    .filter(([id, containers]) => !failures.has(id) && !containers.every((one) => isOfUnread(one, unread)))
    .map(([id]) => planAbsentApp(id, device));
  const leftovers = graph.draft();
  const shared = graph.draft();
  for (const [appId, error] of failures) {
    shared.block({ appId, service: null, reason: 'invalid', message: `the app cannot be planned: ${describe(error)}` });
  }
  const present = Object.values(input.target.apps)
    .filter(({ id }) => !failures.has(id))
    .map((target) => {
      const context = { device, supervisorNetwork, isCancelled: cancelled?.has(target.id) ?? false };
      return fenced(target.id, () => planTargetApp(target, context));
    });
  const cleanup = graph.draft();
  reportUnread(input.target, cleanup);
  const apps = [...absent, ...present];

  // Each step plans what the next ones come after.
  const networks = supervisorNetwork === null || cancelled !== null ? [] : [supervisorNetwork];
  const ofDevice = { device, draft: shared, id: null, networks };
  each(apps, planDownloads);
  planNewNetworks(ofDevice);
  if (cancelled === null) planExtraFirmware(device, shared);
  each(present, planNewNetworks);
  each(present, planNewVolumes);

  each(absent, planDepartures);
  device.absentStops.push(...device.stops.values());
  each(present, planDepartures);
  each(present, planRequestedStops);

  if (cancelled === null) planAbsentNetworks(device, leftovers);
  planAbsentVolumes(device, leftovers, input.policy.keepVolumes || cancelled !== null);
  planNetworkRemovals(ofDevice);
  each(present, planNetworkRemovals);
  each(present, planNetworkLeftovers);
  planReplacedNetworks(ofDevice);
  each(present, planReplacedNetworks);
  each(present, planVolumes);

  each(present, (app) => planDownloadsIntoRoom(app, false));
  checkSpace(device, cleanup);
  if (cancelled === null) planUnusedImages(device, cleanup);
  each(present, (app) => planDownloadsIntoRoom(app, true));

  each(present, planArrivals);
  each(present, planStarts);
  each(present, planRequestedStarts);
  if (cancelled === null) planUnusedImages(device, cleanup);
  if (cancelled === null) planUnnamedImages(device, cleanup);
  each(apps, ({ locks }) => locks.release());
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

function each(apps: readonly AppPlan[], step: (app: AppPlan) => void): void {
  for (const app of apps) fenced(app.id, () => step(app));
}

function fenced<Result>(appId: number, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw new AppFailure(appId, error);
  }
}

/** Names an error. Only messages of the language itself are printed: others may quote a value of the target. */
function describe(error: unknown): string {
  if (error instanceof TypeError || error instanceof RangeError) return `${error.name}: ${error.message}`;
  return error instanceof Error ? error.name : 'unknown error';
}

/** A volume that belongs to no app: it is created for the first service that asks for it, and stays. */
function planExtraFirmware(device: DevicePlan, draft: AppPlan['draft']): void {
  const spec = EXTRA_FIRMWARE_VOLUME_SPEC;
  if (device.volumesByName.has(spec.name) || !isWanted(device.input, wantsExtraFirmware)) return;
  const missing = { spec, name: spec.name, status: 'absent', cause: 'does not exist', differences: [] } as const;
  planVolume(missing, { device, draft, appId: null });
}

/** Whether a service of the target has certain labels. */
function isWanted({ target }: PlanInput, has: (labels: Record<string, string>) => boolean): boolean {
  return Object.values(target.apps).some((app) =>
    Object.values(app.release?.services ?? {}).some(({ labels, composition }) =>
      has({ ...toMap(composition.labels), ...labels }),
    ),
  );
}
