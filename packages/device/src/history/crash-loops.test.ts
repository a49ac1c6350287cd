import type { EngineSnapshot } from '@device-supervisor/compose';
import { reachedSnapshot, testTarget } from '@device-supervisor/compose/testing';
import { expect, it } from 'vitest';
import { CrashLoops } from './crash-loops.ts';

const MINUTE = 60_000;

function restarted(restartCount: number): EngineSnapshot {
  const snapshot = reachedSnapshot(testTarget({ services: { web: {} } }));
  return { ...snapshot, containers: snapshot.containers.map((one) => ({ ...one, id: 'web', restartCount })) };
}

/** What is found after looks at the engine, each told as minutes and restarts by then. */
function look(...looks: readonly (readonly [minutes: number, restartCount: number])[]): CrashLoops {
  let now = 0;
  const loops = new CrashLoops(() => now);
  for (const [minutes, restartCount] of looks) {
    now = minutes * MINUTE;
    loops.observe(restarted(restartCount));
  }
  return loops;
}

it('finds three restarts within ten minutes, however many looks they were seen in', () => {
  expect([...look([0, 0], [1, 1], [5, 2], [9, 3]).containers]).toEqual(['web']);
  expect([...look([0, 0], [9, 5]).containers]).toEqual(['web']);
});

it('leaves restarts alone that are few, long ago, or from before we looked', () => {
  expect(look([0, 0], [1, 2]).containers.size).toBe(0);
  expect(look([0, 0], [20, 1], [40, 2], [60, 3]).containers.size).toBe(0);
  expect(look([0, 0], [1, 3], [11, 3]).containers.size).toBe(0);
  expect(look([0, 7], [1, 7]).containers.size).toBe(0);
});

it('begins anew when somebody starts the container', () => {
  expect(look([0, 5], [1, 0], [2, 2]).containers.size).toBe(0);
});

it('says how long it takes until a container counts as well again', () => {
  expect(look([0, 0], [1, 1], [2, 3], [4, 3]).delayUntilChange).toBe(7 * MINUTE);
  expect(look([0, 0]).delayUntilChange).toBe(Infinity);
});
