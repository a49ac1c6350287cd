import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import { hasApp } from '../app-set.ts';
import type { ObservedContainer } from '../observed.ts';
import { serviceKey } from '../plan-input.ts';
import type { Blocked, Notice } from '../plan-output.ts';
import { selectServices } from '../spec/select-services.ts';
import { specifyService, type ServiceSpec } from '../spec/service-spec.ts';
import { isOfUnreadApp, type IndexedInput } from './indexed-input.ts';
import {
  decideNetwork,
  decideVolumes,
  isUsable,
  RECREATE_LABEL,
  specifyNetworks,
  type NetworkDecision,
  type VolumeDecision,
} from './networks-and-volumes.ts';
import { decideServices, isStopped, type ServiceDecision } from './services.ts';
import { cutShortReplacement, decideStarts, type CutShort, type StartDecision } from './starts.ts';

/** The decision on one app: its faults and their remedies; the planner puts them in order. */
export interface AppDecision {
  readonly id: number;
  /** `null`: the app is not in the target. */
  readonly target: TargetApp | null;
  /** With the services that this device runs. */
  readonly release: TargetRelease;
  /** Only requests of clients are carried out: the release is not ready, or not fit for the device. */
  readonly requestsOnly: boolean;
  readonly networks: readonly NetworkDecision[];
  readonly volumes: readonly VolumeDecision[];
  /** Names of the networks that are replaced, of the app and of the device. */
  readonly replacedNetworks: ReadonlySet<string>;
  /** By name, in order of their dependencies. */
  readonly services: ReadonlyMap<string, ServiceDecision>;
  /** By service. */
  readonly starts: ReadonlyMap<string, StartDecision>;
  /** Containers that are removed without a successor. */
  readonly surplus: readonly ObservedContainer[];
  /** Containers to stop or start as they are, at a client's request. */
  readonly requested: readonly RequestedContainer[];
  /** Replacements that a cancel ended half way. */
  readonly cutShort: readonly CutShort[];
  /** Services whose update locks are taken before anything of the app stops. */
  readonly lockedServices: readonly string[];
  /** Whether locks are taken even while services hold them. */
  readonly force: boolean;
  readonly blocked: readonly Blocked[];
  readonly notices: readonly Notice[];
}

/** A container to stop, start or restart as it is. */
export interface RequestedContainer {
  readonly container: ObservedContainer;
  readonly running: boolean;
}

export interface TargetAppContext {
  readonly input: IndexedInput;
  /** `null`: no service of the target needs it. */
  readonly supervisorNetwork: NetworkDecision | null;
  /** A client cancelled the update: only requests of clients are carried out. */
  readonly isCancelled: boolean;
}

const NO_RELEASE: TargetRelease = { id: 0, commit: '', services: {}, networks: {}, volumes: {} };
const CRASH_LOOP = 'does not help: the container ends again and again, and the engine goes on restarting it';

/** Compares an app of the target with the engine. */
export function decideTargetApp(target: TargetApp, context: TargetAppContext): AppDecision {
  const { input, supervisorNetwork, isCancelled } = context;
  const { id } = target;
  if (input.policy.heldApps.has(id)) return decideHeldApp(id, target, input);
  const blocked = isCancelled ? [cancelledApp(id)] : [];
  const containers = input.containersByApp.get(id) ?? [];
  const selection = selectServices(target.release ?? NO_RELEASE, input.device);
  if (selection.status === 'rejected') {
    const message = selection.reasons.map(({ service, reason }) => `${service}: ${reason}`).join('; ');
    return completeDecision(input, {
      id,
      target,
      requestsOnly: true,
      requested: requestedContainers(containers, input),
      lockedServices: servicesOf(containers),
      blocked: [...blocked, { appId: id, service: null, reason: 'contract', message }],
    });
  }

  const { release } = selection;
  const networks =
    target.release === null ? [] : specifyNetworks(target, release).map((spec) => decideNetwork(spec, input));
  const volumes = decideVolumes(target, release, input);
  const shared = supervisorNetwork === null ? [] : [supervisorNetwork];
  const services = decideServices(specifyServices(target, release, input), {
    input,
    target,
    networks: new Map([...networks, ...shared].map((one) => [one.spec.name, one])),
    volumes: new Map(volumes.map((one) => [one.spec.name, one])),
  });
  const kept = new Set(services.flatMap(({ current, handOver }) => [current?.id, handOver?.predecessor.id]));
  const surplus = containers.filter((one) => !kept.has(one.id) && one.status !== 'removing');
  const leftOut = selection.leftOut.map((notice) => ({ appId: id, ...notice }));
  const found = { id, services, networks, volumes };
  const decided = {
    id,
    target,
    release,
    lockedServices: [...Object.keys(release.services), ...servicesOf(surplus)],
    blocked: isCancelled ? blocked : blockedServices(found),
    notices: isCancelled ? leftOut : [...leftOut, ...noticesOf(found, input)],
  };
  const requested = isCancelled ? requestedServices(id, services, input) : urgentRequests(id, services, input);
  if (!isCancelled && requested.length === 0) {
    const replaced = [...networks, ...shared].filter(({ status }) => status === 'changed').map(({ spec }) => spec.name);
    const replacedNetworks = new Set(replaced);
    return completeDecision(input, {
      ...decided,
      networks,
      volumes,
      services: byName(services),
      surplus,
      replacedNetworks,
    });
  }
  return completeDecision(input, {
    ...decided,
    requestsOnly: true,
    services: byName(requested.filter((decision) => decision.current === null || isUpToDate(decision))),
    // A container that is right is replaced; one with another successor is stopped and started as it is.
    requested: requested.flatMap(({ current, running, ...decision }) =>
      current === null || isUpToDate(decision) ? [] : [{ container: current, running }],
    ),
    cutShort: isCancelled ? cutShortReplacements(services, { requested, containers }) : [],
    force: hasApp(input.policy.forceLocks, id) || input.policy.requests.force.has(id),
    // A new container needs the networks and volumes of its release.
    ...(requested.some(({ current }) => current === null) ? { networks, volumes, requestsOnly: false } : {}),
  });
}

/** An app whose update a client cancelled. */
export function cancelledApp(appId: number): Blocked {
  const message = 'its update was cancelled, and waits until an update is requested';
  return { appId, service: null, reason: 'cancelled', message };
}

/** Decides what is done about an app that is not in the target: nothing of it stays. */
export function decideAbsentApp(id: number, input: IndexedInput): AppDecision {
  if (input.policy.heldApps.has(id)) return decideHeldApp(id, null, input);
  const containers = input.containersByApp.get(id) ?? [];
  const surplus = containers.filter((one) => one.status !== 'removing' && !isOfUnreadApp(one, input));
  return completeDecision(input, { id, target: null, surplus, lockedServices: servicesOf(containers) });
}

/** An app of which a part cannot be read now: it stays as it is. */
function decideHeldApp(id: number, target: TargetApp | null, input: IndexedInput): AppDecision {
  const message = input.policy.heldApps.get(id) ?? '';
  const blocked = [{ appId: id, service: null, reason: 'fault', message } as const];
  return completeDecision(input, { id, target, requestsOnly: true, blocked });
}

function completeDecision(
  input: IndexedInput,
  parts: Pick<AppDecision, 'id' | 'target'> & Partial<AppDecision>,
): AppDecision {
  const { id, services = new Map(), volumes = [], notices = [], requestsOnly = false } = parts;
  return {
    release: NO_RELEASE,
    networks: [],
    replacedNetworks: new Set(),
    surplus: [],
    requested: [],
    cutShort: [],
    lockedServices: [],
    force: hasApp(input.policy.forceLocks, id),
    blocked: [],
    ...parts,
    requestsOnly,
    services,
    volumes,
    starts: decideStarts(services, input),
    notices: requestsOnly ? notices : [...notices, ...volumeNotices(id, volumes)],
  };
}

function byName(services: readonly ServiceDecision[]): ReadonlyMap<string, ServiceDecision> {
  return new Map(services.map((decision) => [decision.spec.service.name, decision]));
}

function servicesOf(containers: readonly ObservedContainer[]): string[] {
  return containers.map(({ identity }) => identity?.serviceName ?? '');
}

function specifyServices(app: TargetApp, release: TargetRelease, input: IndexedInput): ServiceSpec[] {
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

interface Found {
  readonly id: number;
  readonly services: readonly ServiceDecision[];
  readonly networks: readonly NetworkDecision[];
  readonly volumes: readonly VolumeDecision[];
}

function blockedServices({ id: appId, services }: Found): Blocked[] {
  return services.flatMap(({ spec, action }) =>
    action.kind === 'hold' && action.blocked !== null ? [{ appId, service: spec.service.name, ...action.blocked }] : [],
  );
}

/** Parts of the app that are not applied. */
function noticesOf({ id: appId, services, networks, volumes }: Found, { policy }: IndexedInput): Notice[] {
  return [
    ...[...networks, ...volumes].flatMap(({ spec }) =>
      spec.findings.notices.map((notice) => ({ appId, service: null, ...notice })),
    ),
    ...services.flatMap(({ spec, current, action }) => {
      const service = spec.service.name;
      const isCrashing = current !== null && policy.crashLooping.has(current.id);
      const ofStrategy = action.kind === 'replace' ? action.notice : undefined;
      const ofContainer = action.kind === 'keep' ? action.notice : undefined;
      return [
        ...(isCrashing ? [{ appId, service, field: 'restart', reason: CRASH_LOOP }] : []),
        ...spec.findings.notices.map((notice) => ({ appId, service, ...notice })),
        ...(ofStrategy === undefined ? [] : [{ appId, service, field: 'labels', reason: ofStrategy }]),
        ...(ofContainer === undefined ? [] : [{ appId, service, field: 'container', reason: ofContainer }]),
      ];
    }),
  ];
}

/** Differences of volumes that are not applied. */
function volumeNotices(appId: number, volumes: readonly VolumeDecision[]): Notice[] {
  return volumes
    .filter((volume) => volume.status === 'present' && volume.differences.length > 0 && isUsable(volume))
    .map(({ name, differences }) => ({
      appId,
      service: null,
      field: `volumes.${name}`,
      reason: `${differences.join('; ')} is not applied: the volume holds data and stays as it is; purge the app, or allow it with the label ${RECREATE_LABEL}`,
    }));
}

/**
 * Services that a client wants stopped, started or restarted although their update is not ready: its images are not
 * downloaded, an update lock is held, or it cannot be applied. The requests do not wait for the update.
 */
function urgentRequests(appId: number, services: readonly ServiceDecision[], input: IndexedInput): ServiceDecision[] {
  const { policy, heldLocks, imageOf } = input;
  if (policy.requests.purge.size > 0) return [];
  const isReady = services.every(({ spec, action }) => action.kind !== 'hold' && imageOf(spec.service) !== undefined);
  const isLocked = !hasApp(policy.forceLocks, appId) && heldLocks.some((holder) => holder.appId === appId);
  if (isReady && !isLocked) return [];
  return services.filter((decision) => isUrgent(decision, input));
}

/** Requests of clients for an app whose update is cancelled, and the services that the cancel left without a container. */
function requestedServices(
  appId: number,
  services: readonly ServiceDecision[],
  input: IndexedInput,
): ServiceDecision[] {
  const { unfinished } = input.policy.requests;
  return services.filter((decision) => {
    const { spec, current, action } = decision;
    return current === null
      ? action.kind === 'create' && unfinished.has(serviceKey(appId, spec.service.name))
      : isUrgent(decision, input);
  });
}

/** Of the services that no request is about: a request continues with theirs. */
function cutShortReplacements(
  services: readonly ServiceDecision[],
  {
    requested,
    containers,
  }: { readonly requested: readonly ServiceDecision[]; readonly containers: readonly ObservedContainer[] },
): CutShort[] {
  const byService = Map.groupBy(containers, ({ identity }) => identity?.serviceName ?? '');
  return services
    .filter((decision) => !requested.includes(decision))
    .flatMap((decision) => cutShortReplacement(decision, byService.get(decision.spec.service.name) ?? []));
}

/** A stopped container that is not to run waits for its successor: as it is, nothing can be done with it. */
function isUrgent(decision: ServiceDecision, input: IndexedInput): boolean {
  const { current, running } = decision;
  if (current === null || !isRequested(current, input)) return false;
  return running || !isStopped(current) || isUpToDate(decision);
}

/** The containers of an app that a client asked for, where the app itself stays as it is. */
function requestedContainers(containers: readonly ObservedContainer[], input: IndexedInput): RequestedContainer[] {
  return containers.flatMap((container) => {
    const { identity } = container;
    if (identity === null || !isRequested(container, input)) return [];
    const key = serviceKey(identity.appId, identity.serviceName);
    return [{ container, running: input.policy.requests.running.get(key) ?? true }];
  });
}

/** By a client. A service that only the target wants stopped is stopped together with its update. */
function isRequested(container: ObservedContainer, { policy: { requests } }: IndexedInput): boolean {
  const { identity, id } = container;
  if (requests.containers.has(id)) return true;
  if (identity === null || isStopped(container)) return false;
  return requests.running.get(serviceKey(identity.appId, identity.serviceName)) === false;
}

/** Whether the container is right, apart from a request to replace it. */
function isUpToDate({ action }: Pick<ServiceDecision, 'action'>): boolean {
  return action.kind === 'keep' || (action.kind === 'replace' && action.order === 'requested');
}
