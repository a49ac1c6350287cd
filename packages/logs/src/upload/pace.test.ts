import { createFakeClock } from '@device-supervisor/primitives/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPace, LINES_PER_SECOND } from './pace.ts';

it('lets a few lines go at once, and 80 in a second', () => {
  const clock = createFakeClock();
  const pace = createPace(clock);
  const times: number[] = [];
  for (let line = 0; line < 400; line++) {
    clock.advance(pace.delay);
    pace.record();
    times.push(clock.monotonic());
  }
  expect(new Set(times.slice(0, 8)).size).toBe(1);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  expect(last - first).toBeLessThanOrEqual((400 / LINES_PER_SECOND) * 1000);
});

it('never sends more than 40 lines in any 500 ms, however they come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(700), { maxLength: 200 }), (pauses) => {
      const clock = createFakeClock();
      const pace = createPace(clock);
      const times: number[] = [];
      for (const pause of pauses) {
        clock.advance(pause % 7 === 0 ? pause : 0);
        clock.advance(pace.delay);
        pace.record();
        times.push(clock.monotonic());
      }
      for (const begin of times) {
        expect(times.filter((time) => time >= begin && time < begin + 500).length).toBeLessThanOrEqual(40);
      }
    }),
  );
});
