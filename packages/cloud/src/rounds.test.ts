import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startRounds, type Pause, type Rounds } from './rounds.ts';

let stack: AsyncDisposableStack;
let clock: FakeClock;
/** When each round began. */
let begun: number[];
let pause: Pause;

beforeEach(() => {
  stack = new AsyncDisposableStack();
  clock = createFakeClock(0);
  begun = [];
  pause = { atLeast: 10, atMost: 100 };
});
afterEach(() => stack.disposeAsync());

async function start(firstDelay?: number): Promise<Rounds> {
  const rounds = stack.use(
    startRounds({
      clock,
      ...(firstDelay === undefined ? {} : { firstDelay }),
      async round() {
        begun.push(clock.now());
        return pause;
      },
    }),
  );
  await setImmediate();
  return rounds;
}

async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed++) {
    clock.advance(1);
    await setImmediate();
  }
}

it('come after the longest pause without a request', async () => {
  await start();
  await pass(250);
  expect(begun).toEqual([0, 100, 200]);
});

it('come on request, and not before the shortest pause', async () => {
  const rounds = await start();
  for (let time = 0; time < 10; time++) rounds.wake();
  await pass(50);
  expect(begun).toEqual([0, 10]);
  rounds.wake();
  await setImmediate();
  expect(begun).toEqual([0, 10, 50]);
});

it('are not wanted earlier where the pause is fixed, nor after it without being asked for', async () => {
  pause = { atLeast: 100, atMost: 100 };
  const rounds = await start();
  rounds.wake();
  await pass(99);
  expect(begun).toEqual([0]);
  pause = { atLeast: 10, atMost: 1000 };
  await pass(500);
  expect(begun).toEqual([0, 100]);
});

it('begin when their time has come, or earlier on request', async () => {
  const rounds = await start(50);
  await pass(20);
  expect(begun).toEqual([]);
  rounds.wake();
  await setImmediate();
  expect(begun).toEqual([20]);
});

it.each([0, 50])('end in the middle of a pause, and leave no timer, %d ms before the first', async (firstDelay) => {
  const rounds = await start(firstDelay);
  await rounds[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
  await pass(200);
  expect(begun).toHaveLength(firstDelay === 0 ? 1 : 0);
});
