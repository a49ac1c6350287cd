import { testTarget } from '@device-supervisor/compose/testing';
import type { TargetState } from '@device-supervisor/state';
import * as fc from 'fast-check';
import type { WriteKind } from '@device-supervisor/engine/testing';

export const APPS = [1, 2] as const;
export const SERVICES = ['a', 'b'] as const;
export const IMAGES = ['i:1', 'i:2', 'i:3'] as const;

/** Calls that a history keeps waiting or lets fail. */
const CALLS = ['pullImage', 'stopContainer', 'createContainer', 'startContainer', 'createNetwork'] as const;

export type ActionKind = 'restartApp' | 'purgeApp' | 'restartService' | 'stopService' | 'startService';

/** Events of clients, services, the engine and the host while the device works. */
export type RequestEvent =
  | { readonly type: 'target'; readonly which: number; readonly force: boolean }
  /** Of the device, or with the key of a service of one app. */
  | { readonly type: 'update'; readonly appId: number | undefined; readonly force: boolean }
  | { readonly type: 'cancel'; readonly appId: number | undefined }
  | {
      readonly type: 'action';
      readonly kind: ActionKind;
      readonly appId: number;
      readonly service: string;
      readonly force: boolean;
    }
  | { readonly type: 'lock' | 'unlock'; readonly appId: number; readonly service: string }
  | { readonly type: 'exit'; readonly which: number; readonly exitCode: number }
  | { readonly type: 'hold' | 'fail'; readonly call: WriteKind }
  | { readonly type: 'engine-away' | 'engine-back' | 'release' | 'restart' | 'bad-listener' }
  /** All locks are taken for a reboot that does not come, and given back. */
  | { readonly type: 'lend' | 'give-back' }
  /** Everything that needs no time happens; or time passes until the next timer. */
  | { readonly type: 'turn' | 'tick' };

export interface RequestHistory {
  readonly targets: readonly TargetState[];
  readonly events: readonly RequestEvent[];
}

const app = fc
  .record({
    commit: fc.constantFrom('c1', 'c2'),
    services: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...SERVICES),
        image: fc.constantFrom(...IMAGES),
        environment: fc.constantFrom({}, { A: '1' }),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: SERVICES.length },
    ),
  })
  .map(({ commit, services }) => ({
    commit,
    services: Object.fromEntries(services.map(({ name, ...service }) => [name, service])),
  }));

const target: fc.Arbitrary<TargetState> = fc
  .record({ apps: fc.array(app, { minLength: 1, maxLength: APPS.length }), overridesLocks: fc.boolean() })
  .map(({ apps, overridesLocks }) => ({
    ...testTarget(...apps),
    // A changed setting is a part of the target.
    config: overridesLocks && apps.length === 1 ? { SUPERVISOR_OVERRIDE_LOCK: '1' } : {},
  }));

const about = { appId: fc.constantFrom(...APPS), service: fc.constantFrom(...SERVICES) };
const anyApp = fc.constantFrom(undefined, undefined, ...APPS);
const just = <Type extends string>(...types: readonly Type[]) => fc.record({ type: fc.constantFrom(...types) });

const event: fc.Arbitrary<RequestEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('target'), which: fc.nat({ max: 2 }), force: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('update'), appId: anyApp, force: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('cancel'), appId: anyApp }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('action'),
      kind: fc.constantFrom<ActionKind>('restartApp', 'purgeApp', 'restartService', 'stopService', 'startService'),
      ...about,
      force: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('lock', 'lock', 'unlock'), ...about }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('exit'), which: fc.nat({ max: 3 }), exitCode: fc.constantFrom(0, 1) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('hold', 'fail'), call: fc.constantFrom(...CALLS) }) },
  { weight: 3, arbitrary: just('engine-away', 'engine-back', 'release', 'restart', 'bad-listener') },
  { weight: 2, arbitrary: just('lend', 'give-back') },
  { weight: 7, arbitrary: just('turn', 'turn', 'tick') },
);

export const arbitraryRequests: fc.Arbitrary<RequestHistory> = fc.record({
  targets: fc.tuple(target, target, target),
  events: fc.array(event, { minLength: 3, maxLength: 16 }),
});
