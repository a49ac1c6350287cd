import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { ObservedContainer } from '../observed.ts';
import { selectServices } from '../spec/select-services.ts';
import { specifyService, type ServiceSpec } from '../spec/service-spec.ts';
import { decideServices, type ServiceDecision } from './decide.ts';
import { addTo, type DevicePlan, type Index } from './device-plan.ts';
import type { Draft, PlanNode } from './graph.ts';
import { AppLocks } from './locks.ts';
import { decideNetwork, specifyNetworks, type NetworkDecision } from './networks.ts';
import { forcesLocks, serviceKey } from './plan-input.ts';
import { askedFor, isAsWanted, requestedServices, urgentRequests, type AskedContainer } from './requests.ts';
import type { StartDecision } from './start-conditions.ts';
import { isOfUnread, unreadApps } from './unread-apps.ts';
import { decideVolumes, type VolumeDecision } from './volumes.ts';

/** The plan of one app in the making: what is wrong with it, and the operations that others come after. */
export interface AppPlan {
  readonly device: DevicePlan;
  readonly id: number;
  /** `null`: the app is not in the target. */
  readonly target: TargetApp | null;
  /** With the services that this device runs. */
  readonly release: TargetRelease;
  readonly draft: Draft;
  readonly locks: AppLocks;
  /** Only requests of clients are carried out: the release is not ready, or not fit for the device. */
  readonly requestsOnly: boolean;
  readonly networks: readonly NetworkDecision[];
  readonly volumes: readonly VolumeDecision[];
  /** Names of the networks that are replaced, of the app and of the device. */
  readonly replacedNetworks: ReadonlySet<string>;
  /** In order of their dependencies. */
  readonly services: readonly ServiceDecision[];
  /** Containers that are removed without a successor. */
  readonly surplus: readonly ObservedContainer[];
  /** Containers to stop or start as they are, at a client's request. */
  readonly asTheyAre: readonly AskedContainer[];

  /** By name. */
  readonly servicesByName: ReadonlyMap<string, ServiceDecision>;
  /** By service, in order of their dependencies. */
  readonly startDecisions: Map<string, StartDecision>;
  /** Services that depend on a service, by its name. */
  readonly dependents: Index<string, ServiceDecision>;
  readonly surplusByService: Index<string, ObservedContainer>;

  /** Downloads that end before the locks are taken. */
  readonly downloads: PlanNode[];
  /** By container id. */
  readonly renames: Map<string, PlanNode>;
  /** By container id. */
  readonly updates: Map<string, PlanNode>;
  /** Ids of containers that start again after they were renamed. */
  readonly stoppedToBeRenamed: Set<string>;
  /** By service. */
  readonly clearedHandOvers: Map<string, PlanNode>;
  /** By service: what is done to its containers because another one comes. */
  readonly makingWay: Map<string, PlanNode[]>;
  /** By service: everything that is done before its new container starts. */
  readonly arrivals: Map<string, PlanNode[]>;
  /** By service. */
  readonly starts: Map<string, PlanNode>;
}

const CRASH_LOOP = 'does not help: the container ends again and again, and the engine goes on restarting it';
const NO_RELEASE: TargetRelease = { id: 0, commit: '', services: {}, networks: {}, volumes: {} };

export interface TargetAppContext {
  readonly device: DevicePlan;
  /** `null`: no service of the target needs it. */
  readonly supervisorNetwork: NetworkDecision | null;
  /** A client cancelled the update: only requests of clients are carried out. */
  readonly isCancelled: boolean;
}

const CANCELLED = 'its update was cancelled, and waits until an update is requested';

/** Decides what is wrong with an app of the target. */
export function planTargetApp(
  target: TargetApp,
  { device, supervisorNetwork, isCancelled }: TargetAppContext,
): AppPlan {
  const draft = device.graph.draft();
  const { input } = device;
  if (input.policy.heldApps.has(target.id)) return planHeldApp(target.id, target, { device, draft });
  if (isCancelled) draft.block({ appId: target.id, service: null, reason: 'cancelled', message: CANCELLED });
  const containers = device.containersByApp.get(target.id) ?? [];
  const selection = selectServices(target.release ?? NO_RELEASE, input.device);
  if (selection.status === 'rejected') {
    const message = selection.reasons.map(({ service, reason }) => `${service}: ${reason}`).join('; ');
    draft.block({ appId: target.id, service: null, reason: 'contract', message });
    return createAppPlan({
      device,
      draft,
      id: target.id,
      target,
      lockedBy: containers,
      ...askedFor(containers, input),
    });
  }
  for (const notice of selection.leftOut) draft.notice({ appId: target.id, ...notice });

  const { release } = selection;
  const networks =
    target.release === null ? [] : specifyNetworks(target, release).map((spec) => decideNetwork(spec, device));
  const volumes = decideVolumes(target, release, device);
  const shared = supervisorNetwork === null ? [] : [supervisorNetwork];
  const services = decideServices(specifyServices(target, release, device), {
    device,
    target,
    release,
    networks: new Map([...networks, ...shared].map((one) => [one.spec.name, one])),
    volumes: new Map(volumes.map((one) => [one.spec.name, one])),
  });
  if (!isCancelled) report({ target, services, networks, volumes }, device, draft);
  const kept = new Set(services.flatMap(({ current, handOver }) => [current?.id, handOver?.predecessor.id]));
  const surplus = containers.filter(({ id, status }) => !kept.has(id) && status !== 'removing');
  const app = { device, draft, id: target.id, target, release, lockedBy: surplus };

  const requested = isCancelled
    ? requestedServices(target.id, services, device)
    : urgentRequests(target.id, services, device);
  if (isCancelled || requested.length > 0) {
    // A container that is right is replaced; one with another successor is stopped and started as it is.
    const asTheyAre = requested.flatMap(({ current, running, ...decision }) =>
      current === null || isAsWanted(decision) ? [] : [{ container: current, running }],
    );
    return createAppPlan({
      ...app,
      requestsOnly: true,
      services: requested.filter((decision) => decision.current === null || isAsWanted(decision)),
      asTheyAre,
      force: forcesLocks(input.policy, target.id) || input.policy.requests.force.has(target.id),
      // A new container needs the networks and volumes of its release.
      ...(requested.some(({ current }) => current === null) ? { networks, volumes, requestsOnly: false } : {}),
    });
  }
  const replaced = [...networks, ...shared].filter(({ status }) => status === 'changed').map(({ spec }) => spec.name);
  return createAppPlan({ ...app, networks, volumes, services, surplus, replacedNetworks: new Set(replaced) });
}

/** An app of which a part cannot be read now: it stays as it is. */
function planHeldApp(
  id: number,
  target: TargetApp | null,
  { device, draft }: Pick<AppPlan, 'device' | 'draft'>,
): AppPlan {
  const message = device.input.policy.heldApps.get(id) ?? '';
  draft.block({ appId: id, service: null, reason: 'fault', message });
  return createAppPlan({ device, draft, id, target, lockedBy: [], requestsOnly: true });
}

/** An app that is not in the target: nothing of it stays. */
export function planAbsentApp(id: number, device: DevicePlan): AppPlan {
  if (device.input.policy.heldApps.has(id)) return planHeldApp(id, null, { device, draft: device.graph.draft() });
  const containers = device.containersByApp.get(id) ?? [];
  const unread = unreadApps(device.input.target);
  const surplus = containers.filter((one) => one.status !== 'removing' && !isOfUnread(one, unread));
  return createAppPlan({ device, draft: device.graph.draft(), id, target: null, lockedBy: containers, surplus });
}

type AppPlanOptions =
  | 'release'
  | 'requestsOnly'
  | 'networks'
  | 'volumes'
  | 'replacedNetworks'
  | 'services'
  | 'surplus'
  | 'asTheyAre';

type AppPlanParts = Pick<AppPlan, 'device' | 'id' | 'target' | 'draft'> &
  Partial<Pick<AppPlan, AppPlanOptions>> & {
    /** Containers whose services' locks are taken, besides those of the release. */
    readonly lockedBy: readonly ObservedContainer[];
    /** Whether locks are taken even while services hold them; by default, as the policy says. */
    readonly force?: boolean;
  };

function createAppPlan({ lockedBy, force, ...parts }: AppPlanParts): AppPlan {
  const { device, id, draft, release = NO_RELEASE, services = [], surplus = [] } = parts;
  const lockedServices = [
    ...Object.keys(release.services),
    ...lockedBy.map(({ identity }) => identity?.serviceName ?? ''),
  ];
  const downloads: PlanNode[] = [];
  const dependents = new Map<string, ServiceDecision[]>();
  for (const decision of services) {
    for (const { service } of decision.spec.dependencies) addTo(dependents, service, decision);
  }
  return {
    requestsOnly: false,
    networks: [],
    volumes: [],
    replacedNetworks: new Set(),
    asTheyAre: [],
    ...parts,
    release,
    services,
    surplus,
    locks: new AppLocks({
      device,
      appId: id,
      draft,
      services: lockedServices,
      downloads,
      force: force ?? forcesLocks(device.input.policy, id),
    }),
    servicesByName: new Map(services.map((decision) => [decision.spec.service.name, decision])),
    startDecisions: new Map(),
    dependents,
    surplusByService: Map.groupBy(surplus, ({ identity }) => identity?.serviceName ?? ''),
    downloads,
    renames: new Map(),
    updates: new Map(),
    stoppedToBeRenamed: new Set(),
    clearedHandOvers: new Map(),
    makingWay: new Map(),
    arrivals: new Map(),
    starts: new Map(),
  };
}

function specifyServices(app: TargetApp, release: TargetRelease, { input }: DevicePlan): ServiceSpec[] {
  const { device, policy, snapshot } = input;
  return Object.values(release.services).map((service) =>
    specifyService(service, {
      app,
      release,
      device,
      abilities: snapshot.abilities,
      supervisorApiKey: policy.supervisorApiKeys.get(serviceKey(app.id, service.name)) ?? null,
    }),
  );
}

/** Reports what of the app is not applied, and which services are held. */
function report(
  {
    target: { id: appId },
    services,
    networks,
    volumes,
  }: Pick<AppPlan, 'services' | 'networks' | 'volumes'> & {
    readonly target: TargetApp;
  },
  { input: { policy } }: DevicePlan,
  draft: Draft,
): void {
  for (const { spec } of [...networks, ...volumes]) {
    for (const notice of spec.findings.notices) draft.notice({ appId, service: null, ...notice });
  }
  for (const { spec, current, action } of services) {
    const service = spec.service.name;
    if (current !== null && policy.crashLooping.has(current.id)) {
      draft.notice({ appId, service, field: 'restart', reason: CRASH_LOOP });
    }
    for (const notice of spec.findings.notices) draft.notice({ appId, service, ...notice });
    if (action.kind === 'replace' && action.notice !== undefined) {
      draft.notice({ appId, service, field: 'labels', reason: action.notice });
    }
    if (action.kind === 'hold' && action.blocked !== null) draft.block({ appId, service, ...action.blocked });
  }
}
