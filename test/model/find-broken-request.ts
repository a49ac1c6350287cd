import { ALL_APPS, NO_APPS, onlyApps, toAppSet, uniteApps, withoutApps, type AppSet } from '@device-supervisor/compose';
import type { DeviceLease } from '@device-supervisor/device';
import type { Hold } from '@device-supervisor/engine/testing';
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
import { watchedEngine, watchedLocks, type Clients, type OpenRequest } from './watched-requests.ts';
import { searchWithinBudget, type Search } from './search-within-budget.ts';

/** Milliseconds after which a request must have its answer when nothing is in its way any more. */
const ANSWER_TIME = 120_000;
/** Milliseconds after which the engine has been looked at again, whatever happened before. */
const LOOK_TIME = 75_000;

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

async function play({ targets, events }: RequestHistory): Promise<void> {
  const clients: Clients = {
    target: null,
    forced: NO_APPS,
    cancelled: NO_APPS,
    isSending: false,
    open: new Set(),
    failed: new Set(),
  };
  const broken: string[] = [];
  const onBroken = (rule: string): void => void broken.push(rule);
  await using harness: DeviceHarness = startHarness({
    pullable: Object.fromEntries(IMAGES.map((image) => [image, { content: image }])),
    wrapEngine: (engine) => watchedEngine(engine, { clients, onBroken, snapshot: () => harness.engine.snapshot() }),
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
      if (type === 'settled' && !clients.isSending) [clients.forced, clients.cancelled] = [NO_APPS, NO_APPS];
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
      clients.forced = uniteApps(toAppSet(event.force), isSame ? clients.forced : NO_APPS);
      [clients.target, clients.cancelled, clients.isSending] = [target, NO_APPS, false];
      return;
    }
    case 'update': {
      const apps = appsOf(event);
      if (clients.target !== null && event.force) clients.forced = uniteApps(clients.forced, apps);
      clients.cancelled = withoutApps(clients.cancelled, apps);
      return await device.update(event);
    }
    case 'cancel':
      return await cancel(event, world);
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
      [clients.forced, clients.cancelled] = [NO_APPS, NO_APPS];
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

function appsOf({ appId }: { readonly appId: number | undefined }): AppSet {
  return appId === undefined ? ALL_APPS : onlyApps([appId]);
}

/** A client knows that it cancelled something when the device shows that. */
async function cancel(event: Extract<RequestEvent, { readonly type: 'cancel' }>, world: World): Promise<void> {
  const { clients, harness } = world;
  const isAtWork = harness.device.state().applying;
  await harness.device.update({ cancel: true, appId: event.appId });
  const { applying, apps } = harness.device.state();
  const isAborted = apps.some(({ id, updateStatus }) => id === event.appId && updateStatus === 'aborted');
  const isSuspended = event.appId === undefined && isAtWork && clients.open.size === 0 && !applying;
  if (!isAborted && !isSuspended) return;
  clients.forced = withoutApps(clients.forced, appsOf(event));
  clients.cancelled = uniteApps(clients.cancelled, appsOf(event));
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
