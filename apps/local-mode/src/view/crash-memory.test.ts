import { expect, it } from 'vitest';
import type { ObservedContainer } from '../engine/observe-containers.ts';
import { CrashMemory } from './crash-memory.ts';

type Moment = Pick<ObservedContainer, 'state' | 'exitCode' | 'lasting'>;

const RESTARTING: Moment = { state: 'restarting', exitCode: 3, lasting: false };
const RUNNING: Moment = { state: 'running', exitCode: null, lasting: false };

/** The memory of the service after each moment; `null`: it has no container. */
function remembered(...moments: readonly (Moment | null)[]): (number | undefined)[] {
  const memory = new CrashMemory();
  return moments.map((moment) => {
    const container = { service: 'web', id: 'a', steady: true, health: 'none', ports: [] } as const;
    return memory.observe(new Map(moment === null ? [] : [['web', { ...container, ...moment }]])).get('web');
  });
}

it('remembers a crash while the container runs for a moment, until it lasts', () => {
  expect(remembered(RUNNING, RESTARTING, RUNNING, { ...RUNNING, lasting: true }, RUNNING)).toEqual([
    undefined,
    3,
    3,
    undefined,
    undefined,
  ]);
});

it('forgets it with the container, and when that ends for good', () => {
  expect(remembered(RESTARTING, null, RUNNING)).toEqual([3, undefined, undefined]);
  expect(remembered(RESTARTING, { state: 'exited', exitCode: 0, lasting: false }, RUNNING)).toEqual([
    3,
    undefined,
    undefined,
  ]);
});
