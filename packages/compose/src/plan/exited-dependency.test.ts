import type { TargetState } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { plan } from './plan.ts';
import { reachedSnapshot, testPlanInput, testTarget } from '../testing/fixtures.ts';
import { changeContainer, printPlan } from '../testing/print-plan.ts';

const CONDITIONS = ['service_healthy', 'service_completed_successfully'] as const;
type Condition = (typeof CONDITIONS)[number] | undefined;

/** A service `web` that starts after `setup`. */
function release(version: number, condition: Condition, setup: { readonly restart: string; readonly version: number }) {
  const depends_on = condition === undefined ? ['setup'] : { setup: { condition } };
  return testTarget({
    commit: `c${version}`,
    services: {
      web: { image: `web:${version}`, composition: { depends_on } },
      setup: { image: `setup:${setup.version}`, composition: { restart: setup.restart } },
    },
  });
}

/** A device with the first target, on which `setup` has ended, and the images of both. */
function ended(from: TargetState, to: TargetState) {
  const reached = changeContainer(reachedSnapshot(from), 'setup', { status: 'exited', exitCode: 0 });
  const images = [...reached.images, ...reachedSnapshot(to).images];
  return { ...reached, images: [...new Map(images.map((image) => [image.id, image])).values()] };
}

describe.each(['no', 'on-failure', 'always'])(
  'a service that depends on one that has exited (restart: %s)',
  (restart) => {
    it('starts after the new one in an update of both', () => {
      const from = release(1, undefined, { restart, version: 1 });
      const to = release(2, undefined, { restart, version: 2 });
      const { operations } = plan(testPlanInput(to, ended(from, to)));
      const start = operations.find(({ id }) => id === 'start-container web_1_1_c2');
      expect(start?.dependsOn).toContain('start-container setup_2_1_c2');
    });

    it.each(CONDITIONS)('goes on until the new one is ready in an update of both (%s)', (condition) => {
      const from = release(1, condition, { restart, version: 1 });
      const to = release(2, condition, { restart, version: 2 });
      const { operations, blocked } = plan(testPlanInput(to, ended(from, to)));
      const ids = operations.map(({ id }) => id);
      expect(ids).toContain('start-container setup_2_1_c2');
      expect(ids.filter((id) => id.includes('web'))).toEqual([]);
      expect(blocked).toMatchObject([{ service: 'web', message: 'depends_on: waits for setup to be created' }]);
    });

    it('is updated alone without another run of it', () => {
      const from = release(1, undefined, { restart, version: 1 });
      const to = release(2, undefined, { restart, version: 1 });
      const text = printPlan(to, ended(from, to));
      expect(text).toContain('start-container web_1_1_c2: image web:1 → web:2');
      expect(text).not.toContain('start-container setup');
    });
  },
);
