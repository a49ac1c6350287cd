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
import { planAbsentVolumes, planVolume, planVolumes } from './volumes.ts';

/** Compares the engine with the target. Pure: the same input gives the same plan. */
export function plan(input: PlanInput): Plan {
  const device = startPlan(input);
  const { graph } = device;
  const { apps: targets } = input.target;
  const ids = new Set(Object.values(targets).map(({ id }) => id));
  const supervisorNetwork = isWanted(input, wantsSupervisorApi) ? decideNetwork(SUPERVISOR_NETWORK_SPEC, device) : null;

  // Drafts print in the order in which they begin; what each app needs is decided before anything is planned.
  const absent = [...absentAppContainers(input.target, input.snapshot).keys()].map((id) => planAbsentApp(id, device));
  const leftovers = graph.draft();
  const shared = graph.draft();
  const present = Object.values(targets).map((target) => planTargetApp(target, device, supervisorNetwork));
  const cleanup = graph.draft();
  const apps = [...absent, ...present];

  // Each step plans what the next ones come after.
  apps.forEach(planDownloads);
  apps.forEach(planDepartures);
  present.forEach(planRequestedStops);
  const leaving = absent.flatMap(({ surplus }) => surplus);
  device.absentStops.push(...leaving.flatMap(({ id }) => device.stops.get(id) ?? []));

  for (const network of input.snapshot.networks) {
    if (!network.supervised || network.appId === null || ids.has(network.appId)) continue;
    planNetworkRemoval(network, 'the app is not in the target', { device, draft: leftovers });
  }
  planAbsentVolumes(device, leftovers);
  if (supervisorNetwork !== null) planNetwork(supervisorNetwork, { device, draft: shared, appId: null });
  planExtraFirmware(device, shared);
  present.forEach(planNetworks);
  present.forEach(planVolumes);

  present.forEach((app) => planDownloadsIntoRoom(app, false));
  checkSpace(device, cleanup);
  planUnusedImages(device, cleanup);
  present.forEach((app) => planDownloadsIntoRoom(app, true));
  planUnnamedImages(device, cleanup);

  present.forEach(planArrivals);
  present.forEach(planStarts);
  present.forEach(planRequestedStarts);
  present.forEach(planNetworkLeftovers);
  for (const { locks } of apps) locks.release();
  return graph.finish(input.policy.paused);
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
