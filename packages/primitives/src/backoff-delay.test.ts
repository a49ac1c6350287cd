import { describe, expect, it } from 'vitest';
import { backoffDelay } from './index.ts';

describe('backoffDelay', () => {
  it('doubles from the first delay to the limit, whatever the number of failures', () => {
    const delays = [1, 2, 3, 4, 5, 60, 5000].map((failures) => backoffDelay({ failures, first: 500, limit: 3000 }));
    expect(delays).toEqual([500, 1000, 2000, 3000, 3000, 3000, 3000]);
  });

  it('adds up to a quarter at random, in whole milliseconds', () => {
    expect(backoffDelay({ failures: 1, first: 1000, limit: 9000, random: 1 })).toBe(1250);
    expect(backoffDelay({ failures: 1, first: 1000, limit: 9000, random: 0.3333 })).toBe(1083);
  });

  it('waits at least the first delay when the limit is shorter', () => {
    expect(backoffDelay({ failures: 3, first: 1000, limit: 10 })).toBe(1000);
  });
});
