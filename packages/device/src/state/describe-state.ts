import {
  absentAppContainers,
  hasApp,
  type AppSet,
  isPredecessorName,
  nameBeforeHandOver,
  imageFinder,
  selectServices,
  type Blocked,
  type DeviceFacts,
  type EngineSnapshot,
  type ImageFinder,
  type ImageRecord,
  type ObservedContainer,
  type Operation,
  type Plan,
} from '@device-supervisor/compose';
import {
  parseContainerName,
  type ContainerNameParts,
  type ServiceStatus,
  type TargetApp,
  type TargetService,
  type TargetState,
  type UpdateStatus,
} from '@device-supervisor/state';
import type { Activity } from '../loop/activity.ts';
import { NO_SNAPSHOT } from '../loop/observer.ts';
import { NO_PLAN } from '../loop/plan-news.ts';
import type { AppState, DeviceState, ImageState, ServiceState } from './device-state.ts';

export interface StateSources {
  readonly target: TargetState;
  readonly device: DeviceFacts;
  readonly snapshot: EngineSnapshot;
  readonly images: readonly ImageRecord[];
  readonly activity: Activity;
  readonly plan: Plan;
  readonly applying: boolean;
  /** Apps whose update no client has cancelled. */
  readonly updates: AppSet;
  /** An app could not be described. */
  readonly onFault: (error: unknown) => void;
}

interface Sources extends StateSources {
  readonly findImage: ImageFinder;
}

/** Puts together what clients are shown. */
export function describeState(stateSources: StateSources): DeviceState {
  const sources: Sources = { ...stateSources, findImage: imageFinder(stateSources.snapshot.images) };
  const { target, plan, applying, activity } = sources;
  const images = describeImages(sources);
  const progress = activity
    .running()
    .flatMap((one) => (one.kind === 'pull-image' ? [activity.downloadProgress(one.reference) ?? 0] : []));
  return {
    observed: sources.snapshot !== NO_SNAPSHOT,
    applying,
    apps: Object.values(target.apps)
      .map((app) => describeOrFence(app, sources))
      .concat(absentApps(sources))
      .sort((a, b) => a.id - b.id),
    images,
    blocked: plan.blocked,
    notices: plan.notices,
    overallDownloadProgress:
      progress.length === 0 ? null : Math.round(progress.reduce((sum, one) => sum + one, 0) / progress.length),
  };
}

/** An app that cannot be described is shown without its services, and hides no other. */
function describeOrFence(app: TargetApp, sources: Sources): AppState {
  try {
    return describeApp(app, sources);
  } catch (error) {
    sources.onFault(error);
    const { id, uuid, name } = app;
    return { id, uuid, name, commit: null, updateStatus: 'applying changes', services: [] };
  }
}

function describeApp(app: TargetApp, sources: Sources): AppState {
  const containers = sources.snapshot.containers.filter(({ identity }) => identity?.appId === app.id);
  const toRun = servicesToRun(app, sources);
  const services = toRun.flatMap((service) => {
    const dependsOn = dependenciesOf(service);
    return describeTargetService(service, app, { containers, sources }).map((one) => ({ ...one, dependsOn }));
  });
  const wanted = new Set(services.map(({ name }) => name));
  const leaving = containers
    .filter(({ identity }) => identity !== null && !wanted.has(identity.serviceName))
    .map((container) => describeContainer(container, sources));
  const commit = runningCommit(app, { containers, toRun });
  return {
    id: app.id,
    uuid: app.uuid,
    name: app.name,
    commit,
    updateStatus: updateStatus(app, { commit, services }, sources),
    services: [...services, ...leaving],
  };
}

/** The services of the release that the device is fit for. */
function servicesToRun({ release }: TargetApp, { device }: StateSources): TargetService[] {
  const selection = release === null ? null : selectServices(release, device);
  return selection?.status === 'selected' ? Object.values(selection.release.services) : [];
}

function describeTargetService(
  service: TargetService,
  app: TargetApp,
  { containers, sources }: { containers: readonly ObservedContainer[]; sources: Sources },
): ServiceState[] {
  const own = containers
    .filter(({ identity }) => identity?.serviceName === service.name)
    .sort((a, b) => b.createdAt - a.createdAt);
  const { activity, findImage } = sources;
  const downloading = activity.downloadProgress(service.image);
  const missing = findImage(service.image) === undefined;
  if (own.length > 0 && downloading === null && !(missing && isToCome(service, app, sources))) {
    return describeContainers(own, sources);
  }
  const installing = activity
    .running()
    .some((one) => isAbout(one, app.id, service.name) && one.kind === 'create-container');
  return [
    {
      name: service.name,
      serviceId: service.id,
      imageId: service.imageId,
      releaseId: app.release?.id ?? 0,
      image: service.image,
      status: installing ? 'Installing' : missing || downloading !== null ? 'Downloading' : 'Downloaded',
      downloadProgress: missing || downloading !== null ? (downloading ?? 0) : null,
      containerId: null,
      createdAt: null,
      startedAt: null,
      restarts: 0,
      exitCode: null,
      health: 'none',
      publishedPorts: [],
      dependsOn: [],
    },
    // The container that it replaces runs on meanwhile.
    ...describeContainers(own, sources),
  ];
}

/** Names of services, in the target's order. */
function dependenciesOf({ composition: { depends_on: declared = [] } }: TargetService): readonly string[] {
  return Array.isArray(declared) ? declared : Object.keys(declared);
}

/** Is the missing image fetched next, or once more after attempts that failed? */
function isToCome({ name, image }: TargetService, app: TargetApp, { plan }: Sources): boolean {
  if (plan.operations.some((one) => isPullOf(one, image))) return true;
  return plan.blocked.some((one) => one.reason === 'backoff' && one.appId === app.id && one.service === name);
}

/** One container of a service, or two of which the older hands over to the newer. */
function describeContainers(own: readonly ObservedContainer[], sources: Sources): ServiceState[] {
  const handsOver = own.some(({ name }) => isPredecessorName(name)) && own.some(({ name }) => !isPredecessorName(name));
  return own.map((container) => {
    const state = describeContainer(container, sources);
    if (!handsOver || state.status !== 'Running') return state;
    return { ...state, status: isPredecessorName(container.name) ? 'Handing over' : 'Awaiting handover' };
  });
}

function describeContainer(container: ObservedContainer, { activity }: Sources): ServiceState {
  const { id, name, identity, imageReference, createdAt, startedAt, health, publishedPorts } = container;
  const release = releaseOf(container);
  return {
    name: identity?.serviceName ?? name,
    serviceId: identity?.serviceId ?? 0,
    imageId: release?.imageId ?? 0,
    releaseId: release?.releaseId ?? 0,
    image: imageReference,
    status: containerStatus(container, activity.running()),
    downloadProgress: null,
    containerId: id,
    createdAt,
    startedAt,
    restarts: container.restartCount,
    exitCode: hasEnded(container) ? container.exitCode : null,
    health,
    publishedPorts,
    dependsOn: [],
  };
}

/** Whether a run of the container has ended, and so left an exit code. */
function hasEnded({ status, startedAt, restartCount }: ObservedContainer): boolean {
  return startedAt !== null && (status !== 'running' || restartCount > 0);
}

function containerStatus({ id, name, status }: ObservedContainer, running: readonly Operation[]): ServiceStatus {
  for (const operation of running) {
    switch (operation.kind) {
      case 'stop-container':
      case 'remove-container':
        if (operation.containerId === id) return 'Stopping';
        break;
      case 'start-container':
        if (operation.container === id || operation.container === name) return 'Starting';
        break;
      default:
        break;
    }
  }
  switch (status) {
    case 'created':
      return 'Installed';
    case 'running':
      return 'Running';
    case 'removing':
      return 'Stopping';
    case 'dead':
      return 'Dead';
    case 'paused':
    case 'restarting':
    case 'exited':
      return status;
  }
}

/** The target's release once every service of it has its container, before that the one release that all belong to. */
function runningCommit(
  { release }: TargetApp,
  { containers, toRun }: { containers: readonly ObservedContainer[]; toRun: readonly TargetService[] },
): string | null {
  const commits = new Set(containers.map((container) => releaseOf(container)?.commit ?? null));
  const [commit = null] = commits;
  if (commits.size !== 1) return null;
  if (release === null || commit !== release.commit) return commit;
  const present = new Set(containers.map(({ identity }) => identity?.serviceName));
  return toRun.every(({ name }) => present.has(name)) ? commit : null;
}

const REJECTING: ReadonlySet<Blocked['reason']> = new Set(['contract', 'unreadable']);

function updateStatus(
  { id: appId, release }: TargetApp,
  { commit, services }: Pick<AppState, 'commit' | 'services'>,
  { plan, activity, updates }: Sources,
): UpdateStatus {
  const pending = [...activity.running(), ...plan.operations].filter((operation) => operation.appId === appId);
  if (plan.blocked.some(({ appId: id, reason }) => id === appId && REJECTING.has(reason))) return 'rejected';
  const blocked = plan.blocked.filter((one) => one.appId === appId && one.reason !== 'cleanup');
  // Retries and operations that are not planned yet are cancelled as well.
  const isReached = pending.length + blocked.length === 0 && (release === null || commit === release.commit);
  if (!hasApp(updates, appId) && !isReached) return 'aborted';
  if (pending.some(({ kind }) => kind === 'pull-image')) return 'downloading';
  if (services.some(({ status }) => status === 'Downloading')) return 'downloading';
  if (blocked.some(({ reason }) => reason === 'locked')) return 'downloaded';
  // Before the first plan, what is missing is not known.
  const isUnplanned = plan === NO_PLAN && !isReached;
  return pending.length > 0 || blocked.length > 0 || isUnplanned ? 'applying changes' : 'done';
}

function absentApps(sources: Sources): AppState[] {
  return [...absentAppContainers(sources.target, sources.snapshot)].map(([id, containers]) => ({
    id,
    uuid: containers[0]?.identity?.appUuid ?? String(id),
    name: containers[0]?.config.environment['BALENA_APP_NAME'] ?? String(id),
    commit: null,
    updateStatus: 'applying changes',
    services: containers.map((container) => describeContainer(container, sources)),
  }));
}

function describeImages(sources: Sources): ImageState[] {
  const { target, images, activity, plan, findImage } = sources;
  const described = images.map((record): ImageState => {
    const image = findImage(record.reference);
    return {
      name: record.reference,
      appId: record.appId,
      serviceName: record.serviceName,
      imageId: record.imageId,
      dockerImageId: image?.id ?? null,
      status: 'Downloaded',
      downloadProgress: null,
    };
  });
  const pending = [...plan.operations, ...activity.running()];
  for (const app of Object.values(target.apps)) {
    for (const service of servicesToRun(app, sources)) {
      if (!pending.some((one) => isPullOf(one, service.image)) || findImage(service.image) !== undefined) continue;
      described.push({
        name: service.image,
        appId: app.id,
        serviceName: service.name,
        imageId: service.imageId,
        dockerImageId: null,
        status: 'Downloading',
        downloadProgress: activity.downloadProgress(service.image) ?? 0,
      });
    }
  }
  return described;
}

function releaseOf({ name, identity }: ObservedContainer): ContainerNameParts | null {
  return identity === null ? null : parseContainerName(nameBeforeHandOver(name), identity.serviceName);
}

function isPullOf(operation: Operation, reference: string): boolean {
  return operation.kind === 'pull-image' && operation.reference === reference;
}

function isAbout({ appId, service }: Operation, app: number, name: string): boolean {
  return appId === app && service === name;
}
