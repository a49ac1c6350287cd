import { expect, it } from 'vitest';
import { collectWhenShort } from './collect-when-short.ts';

const MEGABYTE = 1024 * 1024;

/** A process with so many free megabytes at each look; a collection frees what is garbage then. */
function looks(free: readonly number[], { garbage = 0, interval = 1000 } = {}): number[] {
  const collectedAt: number[] = [];
  let [available = 0] = free;
  let now = 0;
  const memory = {
    available: () => available * MEGABYTE,
    collectGarbage: () => {
      collectedAt.push(available);
      available += garbage;
    },
  };
  const look = collectWhenShort(memory, () => now);
  for (const megabytes of free) {
    available = megabytes;
    now += interval;
    look();
  }
  return collectedAt;
}

it('leaves it to the runtime while there is enough memory', () => {
  expect(looks([Number.POSITIVE_INFINITY, 500, 100, 41, 33])).toEqual([]);
});

it('collects when memory becomes short', () => {
  expect(looks([100, 60, 33, 32], { garbage: 30 })).toEqual([32]);
});

it('collects again after so much more was taken, and not at each look', () => {
  expect(looks([100, 30, 29, 25, 23, 22, 21, 15, 14])).toEqual([30, 22, 14]);
});

it('begins from above when memory is there again', () => {
  expect(looks([100, 10, 90, 33, 31])).toEqual([10, 31]);
});

it('collects at the first look of a process that starts with little, after so much more was taken', () => {
  expect(looks([20, 15, 12])).toEqual([12]);
});

it('asks a tenth of a second after there was plenty, and each time when there was not', () => {
  expect(looks([100, 30, 29, 28], { interval: 60 })).toEqual([29]);
  expect(looks([70, 30, 29, 28], { interval: 60 })).toEqual([30]);
});
