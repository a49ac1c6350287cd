import { plan, type Operation } from '@device-supervisor/compose';
import { testPlanInput } from '@device-supervisor/compose/testing';
import type { DeviceEngine } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';

/** Makes the engine calls of a plan from nothing, so many at once, and nothing else. */
export async function createAndStart(
  engine: DeviceEngine,
  operations: readonly Operation[],
  atOnce: number,
): Promise<void> {
  for (const { name, config } of operations.filter((one) => one.kind === 'create-network')) {
    await engine.createNetwork(name, config);
  }
  const containers = operations.filter((one) => one.kind === 'create-container');
  await each(containers, atOnce, async (container) => {
    await engine.createContainer(container);
    await engine.startContainer(container.name);
  });
}

/** The operations of a plan on the engine as it is. */
export async function operationsFor(engine: DeviceEngine, target: TargetState): Promise<readonly Operation[]> {
  const images = Object.values(target.apps).flatMap(({ release }) =>
    Object.values(release?.services ?? {}).map(({ image }) => image),
  );
  const snapshot = await engine.observe({ imageReferences: images });
  return plan(testPlanInput(target, snapshot, { policy: { keepImages: 'all', keepVolumes: true } })).operations;
}

/** Takes the items in order, so many at once. */
async function each<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
