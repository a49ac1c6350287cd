import { expect, it } from 'vitest';
import { systemClock } from './index.ts';
import { delay } from '../index.ts';

it('measures and waits in real time', async () => {
  const [before, wall] = [systemClock.monotonic(), systemClock.now()];
  expect(await delay(systemClock, 20)).toBe(true);
  expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(19);
  expect(systemClock.now()).toBeGreaterThanOrEqual(wall);
});

it('keeps a timer that is longer than Node.js can count, and forgets it when disposed of', async () => {
  let fired = 0;
  const timer = systemClock.schedule(2 ** 40, () => fired++);
  await delay(systemClock, 10);
  expect(fired).toBe(0);
  timer[Symbol.dispose]();
});
