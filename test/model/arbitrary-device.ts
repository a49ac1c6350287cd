import { testTarget, type TestApp } from '@device-supervisor/compose/testing';
import type { TargetState } from '@device-supervisor/state';
import * as fc from 'fast-check';
import { arbitraryFault, LOCAL_CALLS, WRITE_KINDS, type Fault, type SabotagedCall } from './saboteur.ts';

export const SERVICES = ['a', 'b', 'c', 'd'] as const;
export const APPS = [1, 2] as const;
/** On the engine from the start, and nowhere else. */
export const LOCAL_IMAGES = ['local:1'] as const;
export const REGISTRY_IMAGES = ['i:1', 'i:2', 'i:3'] as const;

const STRATEGIES = ['download-then-kill', 'kill-then-download', 'delete-then-download', 'hand-over'] as const;

/** An event on a device. */
export type Event =
  | { readonly type: 'target'; readonly which: number; readonly force: boolean }
  /** A call fails. */
  | { readonly type: 'fault'; readonly kind: SabotagedCall; readonly fault: Fault }
  /** The engine is killed after so many more writes, or we ourselves are after so many more calls. */
  | { readonly type: 'engine-crash' | 'crash'; readonly after: number }
  /** A service removes our lock after so many more calls. */
  | { readonly type: 'compromise'; readonly after: number }
  | { readonly type: 'restart' }
  | { readonly type: 'lock' | 'unlock'; readonly appId: number; readonly service: string }
  /** A service says that its new container took over. */
  | { readonly type: 'take-over'; readonly appId: number; readonly service: string }
  /** A container ends by itself. */
  | { readonly type: 'exit'; readonly which: number; readonly exitCode: number }
  /** It ends repeatedly, and the engine restarts it as its policy says: a few times, or as often as it runs. */
  | { readonly type: 'crash-loop' | 'doom'; readonly which: number }
  | { readonly type: 'health'; readonly which: number; readonly healthy: boolean }
  /** Downloads do not end any more; or all that waited continues: downloads, and containers that the engine restarts. */
  | { readonly type: 'slow-downloads' | 'resume' }
  | { readonly type: 'engine-back' }
  /** Files of a container, or of an image that a registry has, are lost. */
  | { readonly type: 'damage-container' | 'damage-image'; readonly which: number }
  /** Streams of events stay open and say nothing, until the last target. */
  | { readonly type: 'silence' }
  /** Everything happens that needs no time to pass; or time passes until the next timer. */
  | { readonly type: 'turn' | 'tick' };

/** A service that may depend on those before it alone, so that there is no cycle. */
function service(index: number): fc.Arbitrary<TestApp['services'][string]> {
  return fc
    .record({
      image: fc.constantFrom(...REGISTRY_IMAGES, ...LOCAL_IMAGES),
      environment: fc.constantFrom({}, { A: '1' }, { A: '2' }),
      // A service that others wait for must run; the last one has none that wait for it.
      running: index === SERVICES.length - 1 ? fc.boolean() : fc.constant(true),
      network: fc.constantFrom('default', 'back'),
      volume: fc.boolean(),
      restart: fc.constantFrom('always', 'no', 'on-failure'),
      dependency: fc.integer({ min: -1, max: index - 1 }),
      port: fc.option(fc.integer({ min: 1000, max: 1002 }), { nil: undefined }),
      api: fc.boolean(),
      strategy: fc.constantFrom(undefined, ...STRATEGIES),
    })
    .map(({ image, environment, running, network, volume, restart, dependency, port, api, strategy }) => ({
      image,
      environment,
      running,
      labels: {
        ...(api ? { 'io.balena.features.supervisor-api': '1' } : {}),
        ...(strategy === undefined ? {} : { 'io.balena.update.strategy': strategy }),
      },
      composition: {
        restart,
        networks: [network],
        ...(volume ? { volumes: ['data:/data'] } : {}),
        ...(dependency < 0 ? {} : { depends_on: { [SERVICES[dependency] ?? 'a']: { required: false } } }),
        ...(port === undefined ? {} : { expose: [port] }),
      },
    }));
}

const aCommit = fc.constantFrom('c1', 'c2', 'c3');

const app = fc
  .record({
    commit: aCommit,
    present: fc.subarray([...SERVICES], { minLength: 0 }),
    services: fc.tuple(service(0), service(1), service(2), service(3)),
    internal: fc.boolean(),
  })
  .map(({ commit, present, services, internal }): TestApp => ({
    commit,
    services: Object.fromEntries(
      SERVICES.flatMap((name, index) => {
        const one = services[index];
        return present.includes(name) && one !== undefined ? [[name, one]] : [];
      }),
    ),
    networks: { back: { internal } },
    volumes: { data: {} },
  }));

const arbitraryTarget: fc.Arbitrary<TargetState> = fc
  .array(app, { maxLength: APPS.length })
  .map((apps) => testTarget(...apps));

/** The targets of a device, and the events on it. */
export interface History {
  /** A device may be asked for one of them again. */
  readonly targets: readonly TargetState[];
  readonly events: readonly Event[];
  /** Which of the targets it is asked for at last. */
  readonly last: number;
}

const aTarget = fc.nat({ max: 2 });

const aService = { appId: fc.constantFrom(...APPS), service: fc.constantFrom(...SERVICES) };
const soon = fc.integer({ min: 1, max: 8 });

const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('target'), which: aTarget, force: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('fault'), kind: fc.constantFrom(...WRITE_KINDS), fault: arbitraryFault }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('fault'),
      kind: fc.constantFrom(...LOCAL_CALLS, 'observe'),
      // A local call that fails has no effect.
      fault: fc.constantFrom('internal', 'no-space'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('engine-crash', 'crash', 'compromise'), after: soon }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('lock', 'unlock', 'take-over'), ...aService }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('exit'), which: fc.nat({ max: 7 }), exitCode: fc.constantFrom(0, 1) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('crash-loop', 'doom'), which: fc.nat({ max: 7 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('health'), which: fc.nat({ max: 7 }), healthy: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('slow-downloads', 'resume', 'engine-back') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('turn', 'tick') }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('damage-container', 'damage-image'), which: fc.nat({ max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('silence') }) },
);

/** Two of their own, and one with the services of the first in another release. */
const arbitraryTargets = fc
  .tuple(arbitraryTarget, arbitraryTarget, aCommit)
  .map(([first, second, commit]) => [first, second, inRelease(first, commit)]);

function inRelease(target: TargetState, commit: string): TargetState {
  const apps = Object.entries(target.apps).map(([uuid, one]): [string, TargetState['apps'][string]] => [
    uuid,
    { ...one, release: one.release === null ? null : { ...one.release, commit } },
  ]);
  return { ...target, apps: Object.fromEntries(apps) };
}

export const arbitraryHistory: fc.Arbitrary<History> = fc.record({
  targets: arbitraryTargets,
  events: fc.array(arbitraryEvent, { minLength: 1, maxLength: 12 }),
  last: aTarget,
});
