import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamTime } from './stream-time.ts';

describe('createStreamTime', () => {
  it('is a minute, also after a restart of the server', () => {
    const time = createStreamTime();
    expect(time.limit).toBe(60_000);
    for (let day = 0; day < 3; day++) {
      time.brokenOff(20_000);
      expect(time.limit).toBe(60_000);
      time.confirmed();
    }
  });

  it('is not made shorter by connections that break at once', () => {
    const time = createStreamTime();
    for (let attempt = 0; attempt < 10; attempt++) time.brokenOff(1_000);
    expect(time.limit).toBe(60_000);
  });

  it('is shorter than what was broken off twice in a row, and a minute again when nothing is', () => {
    const time = createStreamTime();
    time.brokenOff(50_000);
    time.brokenOff(50_000);
    expect(time.limit).toBe(37_500);
    for (let stream = 0; stream < 45; stream++) time.confirmed();
    expect(time.limit).toBe(60_000);
  });

  it('comes below whatever time streams are allowed, if that is 6 s at least, and goes beyond it seldom', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6_000, max: 120_000 }), (allowed) => {
        const time = createStreamTime();
        let brokenOff = 0;
        for (let stream = 0; stream < 500; stream++) {
          if (time.limit <= allowed) {
            time.confirmed();
          } else {
            time.brokenOff(allowed);
            brokenOff++;
          }
          expect(time.limit).toBeGreaterThanOrEqual(5_000);
          expect(time.limit).toBeLessThanOrEqual(60_000);
        }
        expect(brokenOff).toBeLessThan(500 / 3);
      }),
    );
  });
});
