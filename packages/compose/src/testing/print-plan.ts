import type { TargetState } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer } from '../observed.ts';
import { formatPlan } from '../plan-output.ts';
import { plan } from '../plan/plan.ts';
import { reachedSnapshot, TEST_ABILITIES, testPlanInput, type TestPlanInput } from './fixtures.ts';

/** An engine with nothing on it. */
export const EMPTY_ENGINE: EngineSnapshot = {
  abilities: TEST_ABILITIES,
  containers: [],
  images: [],
  networks: [],
  volumes: [],
};

/** The plan for a target, as text. */
export function printPlan(target: TargetState, snapshot: EngineSnapshot, input?: TestPlanInput): string {
  return formatPlan(plan(testPlanInput(target, snapshot, input)));
}

/** The plan for a change of target, as text, on a device that has the images of both. */
export function printUpdate(from: TargetState, to: TargetState, input?: TestPlanInput): string {
  const before = reachedSnapshot(from);
  const images = [...before.images, ...reachedSnapshot(to).images];
  const unique = [...new Map(images.map((image) => [image.id, image])).values()];
  return printPlan(to, { ...before, images: unique }, input);
}

/** The snapshot with other fields in the container of a service; a function gets the container as it is. */
export function changeContainer(
  snapshot: EngineSnapshot,
  service: string,
  change: Partial<ObservedContainer> | ((container: ObservedContainer) => Partial<ObservedContainer>),
): EngineSnapshot {
  const containers = snapshot.containers.map((one) => {
    if (one.identity?.serviceName !== service) return one;
    return { ...one, ...(typeof change === 'function' ? change(one) : change) };
  });
  return { ...snapshot, containers };
}
