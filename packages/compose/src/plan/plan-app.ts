import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { ContractFailure } from '../contracts/check-contracts.ts';
import type { ObservedContainer } from '../observed.ts';
import { selectServices } from '../spec/select-services.ts';
import { specifyService, type ServiceSpec } from '../spec/service-spec.ts';
import type { ServiceDecision } from './decide-service.ts';
import { decideServices } from './decide-services.ts';
import { canonicalReference } from './find-image.ts';
import { containersOf } from './observed-services.ts';
import type { PlanDraft } from './plan-draft.ts';
import { planImage } from './plan-images.ts';
import type { Departures } from './plan-images.ts';
import { planLocks } from './plan-locks.ts';
import {
  assessNetwork,
  planNetwork,
  planNetworkRemoval,
  specifyNetworks,
  type NetworkAssessment,
} from './plan-networks.ts';
import { planRequests, planRequestsAsTheyAre, urgentRequests } from './plan-requests.ts';
import { planServices } from './plan-services.ts';
import { assessVolumes, isVolumeOf, planVolume, planVolumeRemoval, type VolumeAssessment } from './plan-volumes.ts';
import { serviceKey, type PlanContext } from './plan-input.ts';

export interface AppContext {
  readonly input: PlanContext;
  readonly draft: PlanDraft;
  /** `null`: no service of the target needs it. */
  readonly supervisorNetwork: NetworkAssessment | null;
}

const CRASH_LOOP = 'does not help: the container ends again and again, and the engine goes on restarting it';
const NO_RELEASE: TargetRelease = { id: 0, commit: '', services: {}, networks: {}, volumes: {} };

/** Plans one app of the target. */
export function planApp(app: TargetApp, context: AppContext): void {
  const selection = selectServices(app.release ?? NO_RELEASE, context.input.device);
  if (selection.status === 'rejected') return planRejected(app, selection.reasons, context);
  for (const notice of selection.leftOut) context.draft.notice({ appId: app.id, ...notice });
  planRelease(app, selection.release, context);
}

/** What runs of an app goes on as it is; only what clients ask for is done. */
function planRejected(
  app: TargetApp,
  reasons: readonly ContractFailure[],
  { input, draft }: Pick<AppContext, 'input' | 'draft'>,
): void {
  const message = reasons.map(({ service, reason }) => `${service}: ${reason}`).join('; ');
  draft.block({ appId: app.id, service: null, reason: 'contract', message });
  const containers = containersOf(app.id, input.snapshot);
  const services = [...new Set(containers.map(({ identity }) => identity?.serviceName ?? ''))];
  const locks = planLocks(app.id, { services, downloads: [], input, draft });
  planRequestsAsTheyAre(containers, { input, draft, locks });
  locks.finish();
}

function planRelease(app: TargetApp, release: TargetRelease, { input, draft, supervisorNetwork }: AppContext): void {
  const { snapshot } = input;
  const networks =
    app.release === null ? [] : specifyNetworks(app, release).map((spec) => assessNetwork(spec, snapshot));
  const volumes = assessVolumes(app, release, input);
  const specs = specifyServices(app, release, input);
  const networksByName = new Map(
    [...networks, ...(supervisorNetwork === null ? [] : [supervisorNetwork])].map((one) => [one.spec.name, one]),
  );
  const decisions = decideServices(specs, { app, input, networks: networksByName, volumes });
  announce(app, decisions, { networks, volumes, draft, crashLooping: input.policy.crashLooping });
  const surplus = surplusContainers(app, decisions, input);
  const lockedServices = [
    ...Object.keys(release.services),
    ...surplus.map(({ identity }) => identity?.serviceName ?? ''),
  ];

  const urgent = urgentRequests(app.id, decisions, input);
  if (urgent.length > 0) {
    const locks = planLocks(app.id, { services: lockedServices, downloads: [], input, draft });
    planRequests(urgent, { app, input, draft, locks, surplus: [] });
    locks.finish();
    return;
  }

  for (const network of networks) planNetwork(network, { appId: app.id, snapshot, draft });
  for (const volume of volumes) planVolume(volume, { app, snapshot, draft });
  planEmptiedVolumes(app, volumes, { input, draft });
  const downloads: string[] = [];
  for (const { spec, action } of decisions) {
    if (action.kind === 'hold' && action.blocked !== null) continue;
    const departures = departuresBefore(spec.service.image, { app, decisions, input });
    const { pull } = planImage(spec.service, { app, release, input, draft, departures });
    if (pull !== null && departures === null) downloads.push(pull);
  }
  const locks = planLocks(app.id, { services: lockedServices, downloads, input, draft });
  planServices(decisions, { app, input, draft, locks, surplus });
  const wanted = new Set(networks.map(({ spec }) => spec.name));
  for (const network of snapshot.networks) {
    if (network.appId !== app.id || !network.supervised || wanted.has(network.name)) continue;
    planNetworkRemoval(network, { cause: 'is not in the release', snapshot, draft });
  }
  locks.finish();
}

function specifyServices(
  app: TargetApp,
  release: TargetRelease,
  { device, policy, snapshot: { abilities } }: PlanContext,
): ServiceSpec[] {
  return Object.values(release.services).map((service) =>
    specifyService(service, {
      app,
      release,
      device,
      abilities,
      supervisorApiKey: policy.supervisorApiKeys.get(serviceKey(app.id, service.name)) ?? null,
    }),
  );
}

/** Tells what of the app is not applied, and what has to wait. */
function announce(
  app: TargetApp,
  decisions: readonly ServiceDecision[],
  {
    networks,
    volumes,
    draft,
    crashLooping,
  }: {
    networks: readonly NetworkAssessment[];
    volumes: readonly VolumeAssessment[];
    draft: PlanDraft;
    crashLooping: ReadonlySet<string>;
  },
): void {
  for (const { findings } of [...networks, ...volumes].map(({ spec }) => spec)) {
    for (const notice of findings.notices) draft.notice({ appId: app.id, service: null, ...notice });
  }
  for (const { spec, current, action } of decisions) {
    const service = spec.service.name;
    if (current !== null && crashLooping.has(current.id)) {
      draft.notice({ appId: app.id, service, field: 'restart', reason: CRASH_LOOP });
    }
    for (const notice of spec.findings.notices) draft.notice({ appId: app.id, service, ...notice });
    if (action.kind === 'replace' && action.notice !== undefined) {
      draft.notice({ appId: app.id, service, field: 'labels', reason: action.notice });
    }
    if (action.kind === 'hold' && action.blocked !== null) {
      draft.block({ appId: app.id, service, ...action.blocked });
    }
  }
}

/** What goes before an image comes; `null`: somebody who needs it does not want anything to stop for its download. */
function departuresBefore(
  image: string,
  { app, decisions, input }: { app: TargetApp; decisions: readonly ServiceDecision[]; input: PlanContext },
): Departures | null {
  // Another app that needs it too must wait neither for this one's locks nor for what becomes of its containers.
  if (Object.values(input.target.apps).some((other) => other.id !== app.id && needsImage(other, image))) return null;
  const containers: ObservedContainer[] = [];
  let withImages = false;
  for (const { spec, current, action } of decisions) {
    if (spec.service.image !== image) continue;
    if (action.kind !== 'replace' || current === null) return null;
    if (action.order !== 'kill-first' && action.order !== 'delete-first') return null;
    containers.push(current);
    withImages ||= action.order === 'delete-first';
  }
  return { containers, withImages };
}

function needsImage({ release }: TargetApp, reference: string): boolean {
  const wanted = canonicalReference(reference);
  return Object.values(release?.services ?? {}).some(({ image }) => canonicalReference(image) === wanted);
}

/** Removes volumes of the app that clients asked to empty and that the release does not have. */
function planEmptiedVolumes(
  app: TargetApp,
  volumes: readonly VolumeAssessment[],
  { input: { snapshot, policy }, draft }: Pick<AppContext, 'input' | 'draft'>,
): void {
  const wanted = new Set(volumes.map(({ spec }) => spec.name));
  for (const volume of snapshot.volumes) {
    if (!volume.supervised || !isVolumeOf(app, volume) || wanted.has(volume.name)) continue;
    if (!policy.requests.purge.has(volume.name)) continue;
    planVolumeRemoval(volume, { cause: 'a client asked to remove it', appId: app.id, snapshot, draft });
  }
}

/** Containers of the app that no service of the release has: of former services, and duplicates. */
function surplusContainers(
  app: TargetApp,
  decisions: readonly ServiceDecision[],
  { snapshot }: PlanContext,
): ObservedContainer[] {
  const kept = new Set(decisions.flatMap(({ current, handOver }) => [current?.id, handOver?.predecessor.id]));
  return containersOf(app.id, snapshot).filter(({ id, status }) => !kept.has(id) && status !== 'removing');
}
