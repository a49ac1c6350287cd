import type { TargetApp, TargetState } from '@device-supervisor/state';
import { expect, it } from 'vitest';
import { withoutHostApps } from './fleet-apps.ts';
import { Targets } from './targets.ts';

function app(uuid: string, isHost: boolean): TargetApp {
  return { id: 1, uuid, name: uuid, class: isHost ? 'app' : 'fleet', isHost, release: null };
}

const MIXED: TargetState = { config: {}, apps: { fleet: app('fleet', false), supervisor: app('supervisor', true) } };

it('leaves out the apps of the host', () => {
  expect(withoutHostApps(MIXED)).toEqual({ config: {}, apps: { fleet: app('fleet', false) } });
});

it('is the same target when there are none', () => {
  const target: TargetState = { config: {}, apps: { fleet: app('fleet', false) } };
  expect(withoutHostApps(target)).toBe(target);
});

it('counts for a new target as well as for one from the last run; the stored one is whole', () => {
  let stored: TargetState | null = MIXED;
  const store = {
    load: (source: string): TargetState | null => (source === 'cloud' ? stored : null),
    save: (_: string, target: TargetState): void => void (stored = target),
    clear: () => undefined,
  };
  const targets = new Targets(store, true);
  expect(Object.keys(targets.current?.apps ?? {})).toEqual(['fleet']);
  targets.setCloud({ ...MIXED, name: 'renamed' });
  expect(Object.keys(targets.current?.apps ?? {})).toEqual(['fleet']);
  expect(stored).toEqual({ ...MIXED, name: 'renamed' });
});
