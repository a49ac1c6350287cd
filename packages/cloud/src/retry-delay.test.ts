import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CloudRefusedError } from './errors.ts';
import { retryDelay } from './retry-delay.ts';

const options = fc
  .record({
    failures: fc.integer({ min: 1, max: 1_000_000 }),
    limit: fc.integer({ min: 1_000, max: 86_400_000 }),
    retryAfter: fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { nil: null }),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((one) => ({ ...one, error: new CloudRefusedError('GET /state', { status: 429, retryAfter: one.retryAfter }) }));
const DAY = 86_400_000;

it('is never shorter than 15 s, nor longer than the limit and a quarter unless the cloud asks for more', () => {
  fc.assert(
    fc.property(options, (one) => {
      const delay = retryDelay(one);
      expect(delay).toBeGreaterThanOrEqual(15_000);
      const longest = Math.max(one.limit, 15_000) * 1.25 + 1;
      expect(delay).toBeLessThanOrEqual(Math.max(longest, Math.min(one.retryAfter ?? 0, DAY)));
    }),
  );
});

it('is what the cloud asks for at least, up to a day', () => {
  fc.assert(
    fc.property(options, (one) => {
      expect(retryDelay(one)).toBeGreaterThanOrEqual(Math.min(one.retryAfter ?? 0, DAY));
    }),
  );
});

it('does not get shorter with more failures', () => {
  fc.assert(
    fc.property(options, (one) => {
      expect(retryDelay({ ...one, failures: one.failures + 1 })).toBeGreaterThanOrEqual(retryDelay(one));
    }),
  );
});

it('doubles from 15 s up to the limit', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) =>
    retryDelay({ failures, limit: 900_000, error: new Error('no answer'), random: 0 }),
  );
  expect(delays).toEqual([15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
});
