import { hasApp, type AppSet, type EngineSnapshot, type ObservedContainer } from '@device-supervisor/compose';
import type { DeviceEngine } from '@device-supervisor/device';
import type { WriteKind } from '@device-supervisor/engine/testing';
import type { InMemoryLocks } from '@device-supervisor/lockfile/testing';
import type { TargetState } from '@device-supervisor/state';
import type { LocalPorts } from './mortal-ports.ts';

/** A request under way, as a client sees it. */
export interface OpenRequest {
  readonly appId: number;
  readonly services: readonly string[];
  readonly force: boolean;
}

/** The view of the clients: the open requests, and the last request for the update of each app. */
export interface Clients {
  target: TargetState | null;
  /** Apps whose locks the update under way may take. */
  forced: AppSet;
  /** Apps whose update was cancelled, and not requested since. */
  cancelled: AppSet;
  isSending: boolean;
  readonly open: Set<OpenRequest>;
  /** Failed after they had begun: what was planned together with what failed is finished. */
  readonly failed: Set<OpenRequest>;
}

export interface WatchOptions {
  readonly clients: Clients;
  readonly onBroken: (rule: string) => void;
}

/** A lock is taken from a service only while a request is open that may do so. */
export function watchedLocks(
  { locks, store }: LocalPorts,
  { clients, onBroken, locks: inMemory }: WatchOptions & { readonly locks: () => InMemoryLocks },
): LocalPorts {
  return {
    store,
    locks: {
      ...locks,
      async acquire(request) {
        const held = await inMemory().holders(request.appId, request.services);
        const isAllowed =
          hasApp(clients.forced, request.appId) ||
          clients.isSending ||
          clients.target?.config['SUPERVISOR_OVERRIDE_LOCK'] !== undefined ||
          [...clients.open].some(({ force, appId }) => force && appId === request.appId);
        if (request.force && held.length > 0 && !isAllowed) onBroken(`the lock of app ${request.appId} is broken`);
        return await locks.acquire(request);
      },
    },
  };
}

/** After a cancel nothing begins for its apps but what clients asked for, and what brings a replacement to a rest. */
export function watchedEngine(
  engine: DeviceEngine,
  { clients, onBroken, snapshot }: WatchOptions & { readonly snapshot: () => EngineSnapshot },
): DeviceEngine {
  const check = (kind: WriteKind, { name, appId, container }: Subject): void => {
    const apps = appId === null ? appsWithImage(clients.target, name) : [appId];
    const isCancelled = apps.length > 0 && apps.every((one) => hasApp(clients.cancelled, one));
    if (!isCancelled || clients.isSending) return;
    const isAsked = [...clients.open, ...clients.failed].some(
      (request) => apps.includes(request.appId) && request.services.some((service) => name.startsWith(`${service}_`)),
    );
    const isForRequest = clients.open.size > 0 && !CONTAINER_CALLS.has(kind) && kind !== 'pullImage';
    const isRest = container !== null && bringsToRest(kind, container, snapshot().containers);
    if (!isAsked && !isForRequest && !isRest) onBroken(`${kind} ${name} of app ${apps.join()} after a cancel`);
  };
  const watched =
    <Args extends readonly [string, ...unknown[]], Result>(kind: WriteKind, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      check(kind, subjectOf(args[0], snapshot()));
      return await call(...args);
    };
  return {
    ...engine,
    pullImage: watched('pullImage', engine.pullImage),
    removeImage: watched('removeImage', engine.removeImage),
    createNetwork: watched('createNetwork', engine.createNetwork),
    removeNetwork: watched('removeNetwork', engine.removeNetwork),
    createVolume: watched('createVolume', engine.createVolume),
    removeVolume: watched('removeVolume', engine.removeVolume),
    async createContainer(request) {
      const appId = Number(request.config.labels['io.balena.app-id']);
      check('createContainer', { name: request.name, appId, container: null });
      await engine.createContainer(request);
    },
    startContainer: watched('startContainer', engine.startContainer),
    stopContainer: watched('stopContainer', engine.stopContainer),
    removeContainer: watched('removeContainer', engine.removeContainer),
    renameContainer: watched('renameContainer', engine.renameContainer),
    updateContainer: watched('updateContainer', engine.updateContainer),
  };
}

const CONTAINER_CALLS: ReadonlySet<WriteKind> = new Set([
  'createContainer',
  'startContainer',
  'stopContainer',
  'removeContainer',
  'renameContainer',
  'updateContainer',
]);

/** A container, network, volume or image that a call is about. */
interface Subject {
  readonly name: string;
  /** `null`: of no app in particular. */
  readonly appId: number | null;
  readonly container: ObservedContainer | null;
}

function subjectOf(idOrName: string, { containers, networks }: EngineSnapshot): Subject {
  const container = containers.find(({ id, name }) => id === idOrName || name === idOrName);
  if (container !== undefined) {
    // A container that makes way for another one of its service keeps its name behind a prefix.
    const name = container.name.replace(/^old_/, '');
    return { name, appId: container.identity?.appId ?? null, container };
  }
  const name = networks.find(({ id }) => id === idOrName)?.name ?? idOrName;
  const [, appId] = /^(\d+)_/.exec(name) ?? [];
  return { name, appId: appId === undefined ? null : Number(appId), container: null };
}

/** Apps of a target that need an image. */
function appsWithImage(target: TargetState | null, reference: string): number[] {
  return Object.values(target?.apps ?? {})
    .filter(({ release }) => Object.values(release?.services ?? {}).some(({ image }) => image === reference))
    .map(({ id }) => id);
}

/** Does it start what ran before while its service is down, or remove what is left of it while its service runs? */
function bringsToRest(kind: WriteKind, container: ObservedContainer, all: readonly ObservedContainer[]): boolean {
  const others = all.filter(
    ({ id, identity }) =>
      id !== container.id &&
      identity?.appId === container.identity?.appId &&
      identity?.serviceName === container.identity?.serviceName,
  );
  const isUp = others.some(({ status }) => status === 'running');
  if (kind === 'startContainer') return container.startedAt !== null && !isUp;
  return kind === 'removeContainer' && container.status !== 'running' && isUp;
}
