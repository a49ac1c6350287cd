import { DEFAULT_CONTAINER_CONFIG, type ContainerStatus, type ObservedContainer } from '@device-supervisor/compose';
import { NameConflictError } from '@device-supervisor/engine';
import type { Hold, ImageSpec, InMemoryEngine } from '@device-supervisor/engine/testing';
import type { TargetState } from '@device-supervisor/state';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import {
  APPS,
  arbitraryHistory,
  LOCAL_IMAGES,
  REGISTRY_IMAGES,
  SERVICES,
  type Event,
  type History,
} from './arbitrary-device.ts';
import { startHarness, type DeviceHarness } from './device-harness.ts';
import { guardedEngine } from './guarded-engine.ts';
import { guardedPorts } from './guarded-ports.ts';
import { servicesOf } from './invariants.ts';
import { createSaboteur, type Saboteur } from './saboteur.ts';
import { searchWithinBudget } from './search-within-budget.ts';

/** Looks at the engine that a device may need from the last fault on. */
const MOST_ROUNDS = 80;
/** Of an engine before it restarts a container, in milliseconds. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 60_000;
/** Between two full looks at the engine, in milliseconds. */
const LONGEST_LOOK_PAUSE = 60_000;
/** The damage of an object whose files are lost. */
const LOST = { reason: 'layer does not exist', isFinal: true };
/** Of two images with the same content, which differs from that of the others. */
const SHARED_CONTENT = ['i:2', 'i:3'];
/** A service may use it as well. */
const FOREIGN_IMAGE = LOCAL_IMAGES[0];

/**
 * Plays random histories of a device and checks each step and the end, until the budget of processor time is spent.
 *
 * @returns a history that breaks an invariant, with the seed and path that reproduce it; `null`: none was found
 */
export async function findBrokenHistory({
  managed,
  seed,
  path,
}: {
  readonly managed: boolean;
  /** The same seed gives the same histories in the same order. */
  readonly seed: number;
  /** Of a history that was found: it is played first, and alone. */
  readonly path?: string | undefined;
}): Promise<string | null> {
  return await searchWithinBudget(
    fc.asyncProperty(arbitraryHistory, (history) => live(history, managed)),
    { seed, path },
  );
}

interface World {
  readonly targets: readonly TargetState[];
  readonly harness: DeviceHarness;
  readonly saboteur: Saboteur;
  /** Of downloads. */
  readonly holds: Hold[];
  /** Of streams of events. */
  readonly silences: Disposable[];
  /** Ids of containers that end whenever they run. */
  readonly doomed: Set<string>;
}

async function live({ targets, events, last: lastOne }: History, managed: boolean): Promise<void> {
  const last = targetOf(lastOne, targets);
  const saboteur = createSaboteur();
  const broken: string[] = [];
  await using harness: DeviceHarness = startHarness({
    managed,
    images: imagesNamed(LOCAL_IMAGES),
    // A device of the cloud must be able to pull again whatever it removes.
    pullable: imagesNamed([...REGISTRY_IMAGES, ...(managed ? LOCAL_IMAGES : [])]),
    wrapEngine: (engine, locks) =>
      guardedEngine({
        engine,
        locks,
        saboteur,
        target: () => harness.device.target(),
        onBroken: (rule) => void broken.push(rule),
      }),
    wrapPorts: (ports) => guardedPorts(ports, saboteur),
  });
  const { engine, locks } = harness;
  const world: World = { targets, harness, saboteur, holds: [], silences: [], doomed: new Set() };
  await makeForeignObjects(engine);
  const foreign = foreignObjects(engine);

  for (const event of events) await play(event, world);
  // From here on nothing goes wrong any more.
  saboteur.rest();
  engine.crashAfterWrites(Number.POSITIVE_INFINITY);
  engine.comeBack();
  for (const service of SERVICES) for (const appId of APPS) locks.drop(appId, service);
  const wasSilent = world.silences.length > 0;
  for (const silence of world.silences.splice(0)) silence[Symbol.dispose]();
  resume(world);
  await harness.setTarget(last);
  engine.clearCalls();
  await harness.settle(() => resume(world));
  if (wasSilent) {
    // The next full look finds changes without an event.
    harness.clock.advance(LONGEST_LOOK_PAUSE);
    await harness.settle(() => resume(world));
  }

  expect(broken).toEqual([]);
  expect(containersOf(world)).toEqual(wantedContainers(last));
  for (const appId of APPS) expect(locks.heldByUs(appId)).toEqual([]);
  expect(foreignObjects(engine)).toEqual(foreign);
  await expect(makeForeignObjects(engine)).rejects.toBeInstanceOf(NameConflictError);
  expect(engine.calls.filter(({ kind }) => kind === 'observe').length).toBeLessThan(MOST_ROUNDS);

  engine.clearCalls();
  await harness.setTarget(structuredClone(last));
  await harness.settle();
  expect(engine.calls.filter(({ write }) => write)).toEqual([]);
}

function imagesNamed(references: readonly string[]): Record<string, ImageSpec> {
  return Object.fromEntries(
    references.map((reference) => [reference, { content: SHARED_CONTENT.includes(reference) ? 'shared' : reference }]),
  );
}

async function play(event: Event, world: World): Promise<void> {
  const { targets, harness, saboteur, holds, doomed } = world;
  const { engine, locks, clock } = harness;
  switch (event.type) {
    case 'target':
      return await harness.setTarget(targetOf(event.which, targets), { force: event.force });
    case 'fault':
      return saboteur.fail(event.kind, event.fault);
    case 'engine-crash':
      return engine.crashAfterWrites(event.after);
    case 'engine-back':
      return engine.comeBack();
    case 'crash':
      return saboteur.after(event.after, () => harness.kill());
    case 'compromise':
      return saboteur.after(event.after, () => {
        for (const appId of APPS) for (const service of locks.heldByUs(appId)) locks.compromise(appId, service);
      });
    case 'restart':
      return await harness.restart();
    case 'lock':
      return void locks.hold(event.appId, event.service);
    case 'unlock':
      return locks.drop(event.appId, event.service);
    case 'take-over':
      return locks.completeHandOver(event.appId, event.service);
    case 'exit':
      return runningOne(engine, event.which).forEach(({ id }) => engine.exit(id, event.exitCode));
    case 'crash-loop':
      return runningOne(engine, event.which).forEach(({ id }) => crash(engine, id));
    case 'doom':
      return runningOne(engine, event.which).forEach(({ id }) => {
        doomed.add(id);
        engine.endAtOnce(id, 1);
        engine.exit(id, 1);
        restartLater(id, FIRST_PAUSE, world);
      });
    case 'health':
      return runningOne(engine, event.which).forEach(({ id }) =>
        engine.setHealth(id, event.healthy ? 'healthy' : 'unhealthy'),
      );
    case 'damage-container':
      lose(engine.snapshot().containers.at(event.which)?.id, (id) => engine.damageContainer(id, LOST));
      return await harness.restart();
    case 'damage-image':
      lose(unusedImages(engine).at(event.which), (name) => engine.damageImage(name, LOST));
      return await harness.restart();
    case 'silence':
      return void world.silences.push(engine.silenceEvents());
    case 'slow-downloads':
      return void holds.push(engine.hold('pullImage'));
    case 'resume':
      return resume(world);
    case 'turn':
      return await harness.flush();
    case 'tick':
      clock.advanceToNext();
      return await harness.flush();
  }
}

/** Files are lost in a power cut, after which the supervisor starts, too. */
function lose(object: string | undefined, damage: (object: string) => void): void {
  if (object !== undefined) damage(object);
}

/** Images of a registry that no container was made from: one whose container runs stays damaged as long as that runs. */
function unusedImages(engine: InMemoryEngine): string[] {
  const { images, containers } = engine.snapshot();
  const used = new Set(containers.map(({ imageId }) => imageId));
  const present = images.filter(({ id }) => !used.has(id)).flatMap(({ tags }) => tags);
  return REGISTRY_IMAGES.filter((name) => present.includes(name));
}

function targetOf(which: number, targets: readonly TargetState[]): TargetState {
  const target = targets[which];
  if (target === undefined) throw new RangeError(`there is no target ${which}`);
  return structuredClone(target);
}

/** Downloads continue, and the engine restarts what it waited with. */
function resume({ harness: { engine }, holds, doomed }: World): void {
  for (const hold of holds.splice(0)) hold.release();
  for (const { id, status } of engine.snapshot().containers) {
    if (status === 'restarting' && !doomed.has(id)) engine.resume(id);
  }
}

/** Engines wait twice as long each time before they restart what ends at once. */
function restartLater(id: string, pause: number, world: World): void {
  const { engine, clock } = world.harness;
  clock.schedule(pause, () => {
    const container = engine.snapshot().containers.find((one) => one.id === id);
    if (container === undefined) return;
    if (container.status === 'restarting') engine.resume(id);
    restartLater(id, Math.min(2 * pause, LONGEST_PAUSE), world);
  });
}

/** As often as it takes to be called a crash loop; the engine waits before the last restart. */
function crash(engine: InMemoryEngine, id: string): void {
  for (let time = 0; time < 4; time++) {
    const status = engine.snapshot().containers.find((one) => one.id === id)?.status;
    if (status === 'restarting') engine.resume(id);
    else if (status !== 'running') return;
    engine.exit(id, 1);
  }
}

/** The container of that number, if so many run. */
function runningOne(engine: InMemoryEngine, which: number): ObservedContainer[] {
  return engine
    .snapshot()
    .containers.filter(({ status }) => status === 'running')
    .slice(which, which + 1);
}

/** Objects of another client. */
async function makeForeignObjects(engine: InMemoryEngine): Promise<void> {
  await engine.createVolume('9_data', { driver: 'local', driverOpts: {}, labels: {} });
  await engine.createContainer({ name: 'foreign', image: FOREIGN_IMAGE, config: DEFAULT_CONTAINER_CONFIG });
}

function foreignObjects(engine: InMemoryEngine): unknown {
  const { volumes, networks } = engine.snapshot();
  return [volumes, networks].map((all) => all.filter(({ supervised }) => !supervised));
}

/** Each container, and whether it runs when it should; one that cannot is to be restarted endlessly. */
function containersOf({ harness: { engine }, doomed }: World): string[] {
  return engine
    .snapshot()
    .containers.map(({ id, name, identity, status, config }) =>
      [name, identity?.appId, config.restart.name === 'always' ? stateOf(status, doomed.has(id)) : ''].join(' '),
    )
    .toSorted();
}

function stateOf(status: ContainerStatus, isDoomed: boolean): string {
  if (isDoomed && status === 'restarting') return 'running';
  return status === 'created' || status === 'exited' ? 'stopped' : status;
}

function wantedContainers(target: TargetState): string[] {
  return Object.values(target.apps)
    .flatMap((app) =>
      servicesOf(app).map(({ name, imageId, running, composition }) => {
        const status = composition['restart'] !== 'always' ? '' : running ? 'running' : 'stopped';
        return [`${name}_${imageId}_1_${app.release?.commit}`, app.id, status].join(' ');
      }),
    )
    .toSorted();
}
