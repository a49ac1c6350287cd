import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uploadDelay } from './upload-delay.ts';

describe('uploadDelay', () => {
  it('doubles from 5 s to 5 min', () => {
    const delays = Array.from({ length: 9 }, (_, index) =>
      uploadDelay({ failures: index + 1, retryAfter: null, random: 0 }),
    );
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000));
  });

  it('is always between 5 s and 6.25 min, and never less than the server asks for, up to a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const delay = uploadDelay({ failures, retryAfter: null, random });
        expect(delay).toBeGreaterThanOrEqual(5_000);
        expect(delay).toBeLessThanOrEqual(375_000);
        expect(uploadDelay({ failures, retryAfter: 600_000, random })).toBe(600_000);
        expect(uploadDelay({ failures, retryAfter: 1e15, random })).toBe(86_400_000);
      }),
    );
  });
});
