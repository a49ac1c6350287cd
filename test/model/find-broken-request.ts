import type { ObservedContainer } from '@device-supervisor/compose';
import type { DeviceEngine, DeviceLease } from '@device-supervisor/device';
import type { Hold, WriteKind } from '@device-supervisor/engine/testing';
import type { InMemoryLocks } from '@device-supervisor/lockfile/testing';
import type { TargetState } from '@device-supervisor/state';
import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import {
  APPS,
  arbitraryRequests,
  IMAGES,
  SERVICES,
  type RequestEvent,
  type RequestHistory,
} from './arbitrary-requests.ts';
import { startHarness, type DeviceHarness } from './device-harness.ts';
import type { LocalPorts } from './mortal-ports.ts';
import { searchWithinBudget, type Search } from './search-within-budget.ts';

/** Milliseconds after which a request must have its answer when nothing is in its way any more. */
const ANSWER_TIME = 120_000;
/** Milliseconds after which the engine has been looked at again, whatever happened before. */
const LOOK_TIME = 45_000;

/** Plays random interleavings of requests, and checks that what the device does never contradicts what it was asked to do. */
export async function findBrokenRequest(search: Search): Promise<string | null> {
  const property = fc.asyncProperty(arbitraryRequests, async (history) => {
    try {
      await play(history);
    } catch (error) {
      throw new Error(describe(history), { cause: error });
    }
  });
  return await searchWithinBudget(property, search);
}

/** A history in a few lines, for the person who has to understand it. */
function describe({ targets, events }: RequestHistory): string {
  const apps = ({ apps: all, config }: TargetState): string =>
    JSON.stringify([
      config,
      ...Object.values(all).map(({ id, release }) => [
        id,
        release?.commit,
        ...Object.values(release?.services ?? {}).map(({ name, image, environment }) => [name, image, environment]),
      ]),
    ]);
  return [
    'this history breaks an invariant:',
    ...targets.map(apps),
    ...events.map((event) => JSON.stringify(event)),
  ].join('\n');
}

/** A request under way, as a client sees it. */
interface OpenRequest {
  readonly appId: number;
  readonly services: readonly string[];
  readonly force: boolean;
}

/** The view of the clients: the open requests, and whether the last request for the update was a cancel. */
interface Clients {
  target: TargetState | null;
  forced: boolean;
  cancelled: boolean;
  isSending: boolean;
  readonly open: Set<OpenRequest>;
  /** Failed after they had begun: what was planned together with what failed is finished. */
  readonly failed: Set<OpenRequest>;
}

async function play({ targets, events }: RequestHistory): Promise<void> {
  const clients: Clients = {
    target: null,
    forced: false,
    cancelled: false,
    isSending: false,
    open: new Set(),
    failed: new Set(),
  };
  const broken: string[] = [];
  const onBroken = (rule: string): void => void broken.push(rule);
  await using harness: DeviceHarness = startHarness({
    pullable: Object.fromEntries(IMAGES.map((image) => [image, { content: image }])),
    wrapEngine: (engine) =>
      watchedEngine(engine, { clients, onBroken, containers: () => harness.engine.snapshot().containers }),
    wrapPorts: (ports) => watchedLocks(ports, { clients, onBroken, locks: () => harness.locks }),
  });
  const world: World = { harness, clients, targets, holds: [], leases: [], subscriptions: [] };
  listen(world);
  for (const event of events) await happen(event, world);
  await quieten(world);

  expect(broken).toEqual([]);
  expect([...clients.open], 'requests without an answer').toEqual([]);
  expect(shownContainers(harness)).toEqual(actualContainers(harness));
  for (const appId of APPS) expect(harness.locks.heldByUs(appId)).toEqual([]);
  for (const subscription of world.subscriptions) subscription[Symbol.dispose]();
}

interface World {
  readonly harness: DeviceHarness;
  readonly clients: Clients;
  readonly targets: readonly TargetState[];
  readonly holds: Hold[];
  readonly leases: DeviceLease[];
  readonly subscriptions: Disposable[];
}

/** An update ends when the device says that its target is reached. */
function listen({ harness, clients, subscriptions }: World): void {
  subscriptions.push(
    harness.device.subscribe(({ type }) => {
      if (type === 'settled' && !clients.isSending) [clients.forced, clients.cancelled] = [false, false];
    }),
  );
}

async function happen(event: RequestEvent, world: World): Promise<void> {
  const { harness, clients, targets, holds, leases, subscriptions } = world;
  const { engine, locks, device } = harness;
  switch (event.type) {
    case 'target': {
      const target = targets[event.which];
      if (target === undefined) return;
      await harness.flush();
      // Until the target is accepted, the one before counts.
      clients.isSending = true;
      await harness.device.setLocalTarget(structuredClone(target), { force: event.force });
      const isSame = isDeepStrictEqual(target, clients.target);
      clients.forced = event.force || (isSame && clients.forced);
      [clients.target, clients.cancelled, clients.isSending] = [target, false, false];
      return;
    }
    case 'update':
      clients.forced = clients.target !== null && (event.force || clients.forced);
      clients.cancelled = false;
      return await device.update({ force: event.force });
    case 'cancel': {
      const isAtWork = device.state().applying;
      await device.update({ cancel: true });
      if (!isAtWork || clients.open.size > 0 || device.state().applying) return;
      [clients.forced, clients.cancelled] = [false, true];
      return;
    }
    case 'action':
      return ask(event, world);
    case 'lock':
      return void locks.hold(event.appId, event.service);
    case 'unlock':
      return locks.drop(event.appId, event.service);
    case 'exit': {
      const running = engine.snapshot().containers.filter(({ status }) => status === 'running');
      return running.slice(event.which, event.which + 1).forEach(({ id }) => engine.exit(id, event.exitCode));
    }
    case 'hold':
      return void holds.push(engine.hold(event.call));
    case 'fail':
      return engine.failNext(event.call, new Error('the engine does not want to'));
    case 'release':
      return holds.splice(0).forEach((hold) => hold.release());
    case 'engine-away':
      return engine.goAway();
    case 'engine-back':
      return engine.comeBack();
    case 'bad-listener':
      return void subscriptions.push(
        device.subscribe(() => {
          throw new Error('the disk is full');
        }),
      );
    case 'lend': {
      const lending = device.lockAll({ force: false, signal: new AbortController().signal });
      void lending.then((result) => {
        if (result.status === 'acquired') leases.push(result.lease);
      });
      return await harness.flush();
    }
    case 'give-back':
      return await giveBack(leases);
    case 'restart':
      holds.splice(0).forEach((hold) => hold.release());
      await giveBack(leases);
      await harness.restart();
      [clients.forced, clients.cancelled] = [false, false];
      return listen(world);
    case 'turn':
      await harness.flush();
      return forgetFailed(world);
    case 'tick':
      harness.clock.advanceToNext();
      await harness.flush();
      return forgetFailed(world);
  }
}

/** Nothing is under way any more. */
function forgetFailed({ clients, holds }: World): void {
  if (holds.length === 0) clients.failed.clear();
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ACTION_CANCELLED';
}

async function giveBack(leases: DeviceLease[]): Promise<void> {
  for (const lease of leases.splice(0)) await lease[Symbol.asyncDispose]();
}

function ask(
  { kind, appId, service, force }: Extract<RequestEvent, { readonly type: 'action' }>,
  { harness: { device }, clients }: World,
): void {
  const forWholeApp = kind === 'restartApp' || kind === 'purgeApp';
  const request: OpenRequest = { appId, services: forWholeApp ? SERVICES : [service], force };
  clients.open.add(request);
  const answer = forWholeApp ? device[kind](appId, { force }) : device[kind](appId, service, { force });
  void answer.then(
    () => clients.open.delete(request),
    (error: unknown) => {
      clients.open.delete(request);
      if (!isCancelled(error)) clients.failed.add(request);
    },
  );
}

/** From here on nothing is in the way any more, but the locks that services hold. */
async function quieten({ harness, holds, leases, clients }: World): Promise<void> {
  holds.splice(0).forEach((hold) => hold.release());
  harness.engine.comeBack();
  await harness.flush();
  // Locks that were asked for may come only now.
  await giveBack(leases);
  await harness.flush();
  const quietSince = harness.clock.monotonic();
  const isBusy = (): boolean => clients.open.size > 0 || harness.device.state().applying || leases.length > 0;
  const isLate = (time: number): boolean => harness.clock.monotonic() - quietSince > time;
  while (!isLate(isBusy() ? ANSWER_TIME : LOOK_TIME) && harness.clock.advanceToNext()) {
    await harness.flush();
    await giveBack(leases);
  }
  await harness.flush();
}

interface WatchOptions {
  readonly clients: Clients;
  readonly onBroken: (rule: string) => void;
}

/** A lock is taken from a service only while a request is open that may do so. */
function watchedLocks(
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
          clients.forced ||
          clients.isSending ||
          clients.target?.config['SUPERVISOR_OVERRIDE_LOCK'] !== undefined ||
          [...clients.open].some(({ force, appId }) => force && appId === request.appId);
        if (request.force && held.length > 0 && !isAllowed) onBroken(`the lock of app ${request.appId} is broken`);
        return await locks.acquire(request);
      },
    },
  };
}

/** After a cancel nothing begins but what clients asked for, and what brings a replacement to a rest. */
function watchedEngine(
  engine: DeviceEngine,
  { clients, onBroken, containers }: WatchOptions & { readonly containers: () => readonly ObservedContainer[] },
): DeviceEngine {
  const check = (kind: WriteKind, subject: string): void => {
    if (!clients.cancelled || clients.isSending) return;
    const container = containers().find(({ id }) => id === subject);
    // A container that makes way for another one of its service keeps its name behind a prefix.
    const name = (container?.name ?? subject).replace(/^old_/, '');
    const isAsked = [...clients.open, ...clients.failed].some(({ services }) =>
      services.some((service) => name.startsWith(`${service}_`)),
    );
    const isForRequest = clients.open.size > 0 && !CONTAINER_CALLS.has(kind) && kind !== 'pullImage';
    const isRest = container !== undefined && bringsToRest(kind, container, containers());
    if (!isAsked && !isForRequest && !isRest) onBroken(`${kind} ${name} after a cancel`);
  };
  const watched =
    <Args extends readonly unknown[], Result>(kind: WriteKind, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const [subject] = args;
      check(kind, typeof subject === 'string' ? subject : containerName(subject));
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
    createContainer: watched('createContainer', engine.createContainer),
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

function containerName(subject: unknown): string {
  return typeof subject === 'object' && subject !== null && 'name' in subject ? String(subject.name) : '';
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

const SHOWN: Readonly<Record<string, string>> = { created: 'Installed', running: 'Running', dead: 'Dead' };

function actualContainers({ engine }: DeviceHarness): string[] {
  return engine
    .snapshot()
    .containers.map(({ id, status }) => `${id} ${SHOWN[status] ?? status}`)
    .toSorted();
}

function shownContainers({ device }: DeviceHarness): string[] {
  return device
    .state()
    .apps.flatMap(({ services }) =>
      services.flatMap(({ containerId, status }) => (containerId === null ? [] : [`${containerId} ${runs(status)}`])),
    )
    .toSorted();
}

/** Two containers of a service, one of which makes way for the other, are shown with their parts in that. */
function runs(status: string): string {
  return status === 'Handing over' || status === 'Awaiting handover' ? 'Running' : status;
}
