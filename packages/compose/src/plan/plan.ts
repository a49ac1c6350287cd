import { absentAppContainers } from '../absent-apps.ts';
import { wantsExtraFirmware, wantsSupervisorApi } from '../spec/feature-labels.ts';
import { toMap } from '../spec/list-or-map.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { EXTRA_FIRMWARE_VOLUME_SPEC } from '../spec/volume-spec.ts';
import { planAbsentApp, planTargetApp, type AppPlan } from './app-plan.ts';
import { startPlan, type DevicePlan } from './device-plan.ts';
import { planDownloads, planDownloadsIntoRoom, planUnnamedImages, planUnusedImages } from './images.ts';
import { decideNetwork, planNetwork, planNetworkLeftovers, planNetworkRemoval, planNetworks } from './networks.ts';
import type { PlanInput } from './plan-input.ts';
import type { Plan } from './plan-output.ts';
import { planRequestedStarts, planRequestedStops } from './requests.ts';
import { planArrivals, planDepartures, planStarts } from './services.ts';
import { checkSpace } from './space.ts';
import { isOfUnread, reportUnread, unreadApps } from './unread-apps.ts';
import { planAbsentVolumes, planVolume, planVolumes } from './volumes.ts';

/** Compares the engine with the target. Pure: the same input gives the same plan. */
export function plan(input: PlanInput): Plan {
  return planScope(input, input.policy.scope === 'target' ? null : unreachedApps(input));
}

/** Ids of the apps for which there is something to do besides requests of clients. */
function unreachedApps(input: PlanInput): ReadonlySet<number | null> {
  const requests = { ...input.policy.requests, containers: new Map(), purge: new Set<string>() };
  const { operations, blocked } = planScope({ ...input, policy: { ...input.policy, requests } }, null);
  const waiting = blocked.filter(({ reason }) => reason !== 'cleanup');
  return new Set([...operations, ...waiting].map(({ appId }) => appId));
}

/**
 * @param cancelled ids of the apps whose update is cancelled, where only requests of clients are planned; `null`: everything
 *   is planned
 */
function planScope(input: PlanInput, cancelled: ReadonlySet<number | null> | null): Plan {
  const device = startPlan(input);
  const { graph } = device;
  const { apps: targets } = input.target;
  const ids = new Set(Object.values(targets).map(({ id }) => id));
  const unread = unreadApps(input.target);
  const supervisorNetwork = isWanted(input, wantsSupervisorApi) ? decideNetwork(SUPERVISOR_NETWORK_SPEC, device) : null;

  // Drafts print in the order in which they begin; what each app needs is decided before anything is planned.
  const gone = cancelled === null ? [...absentAppContainers(input.target, input.snapshot)] : [];
  const absent = gone
    .filter(([, containers]) => !containers.every((container) => isOfUnread(container, unread)))
    .map(([id]) => planAbsentApp(id, device));
  const leftovers = graph.draft();
  const shared = graph.draft();
  const present = Object.values(targets).map((target) =>
    planTargetApp(target, { device, supervisorNetwork, isCancelled: cancelled?.has(target.id) ?? false }),
  );
  const cleanup = graph.draft();
  reportUnread(input.target, cleanup);
  const apps = [...absent, ...present];

  // Each step plans what the next ones come after.
  apps.forEach(planDownloads);
  apps.forEach(planDepartures);
  present.forEach(planRequestedStops);
  const leaving = absent.flatMap(({ surplus }) => surplus);
  device.absentStops.push(...leaving.flatMap(({ id }) => device.stops.get(id) ?? []));

  if (cancelled === null) {
    planNetworksOfOthers(device, leftovers, ids);
    if (supervisorNetwork !== null) planNetwork(supervisorNetwork, { device, draft: shared, appId: null });
    planExtraFirmware(device, shared);
  }
  planAbsentVolumes(device, leftovers, input.policy.keepVolumes || cancelled !== null);
  present.forEach(planNetworks);
  present.forEach(planVolumes);

  present.forEach((app) => planDownloadsIntoRoom(app, false));
  checkSpace(device, cleanup);
  if (cancelled === null) planUnusedImages(device, cleanup);
  present.forEach((app) => planDownloadsIntoRoom(app, true));
  if (cancelled === null) planUnnamedImages(device, cleanup);

  present.forEach(planArrivals);
  present.forEach(planStarts);
  present.forEach(planRequestedStarts);
  present.forEach(planNetworkLeftovers);
  for (const { locks } of apps) locks.release();
  return graph.finish(input.policy.paused);
}

/** Removes the networks of apps that are not in the target. */
function planNetworksOfOthers(device: DevicePlan, draft: AppPlan['draft'], ids: ReadonlySet<number>): void {
  const unread = [...unreadApps(device.input.target)];
  for (const network of device.input.snapshot.networks) {
    if (!network.supervised || network.appId === null || ids.has(network.appId)) continue;
    if (unread.some((uuid) => network.name.startsWith(`${uuid}_`))) continue;
    planNetworkRemoval(network, 'the app is not in the target', { device, draft });
  }
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
