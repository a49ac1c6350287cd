import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';
import { refusal } from './read-answer.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', null],
  ['', null],
  ['-5 minutes', null],
  [undefined, null],
])('understands %j', (value, milliseconds) => {
  expect(parseRetryAfter(value, NOW)).toBe(milliseconds);
});

it('is never a time that cannot be waited for', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), (value, now) => {
      const wait = parseRetryAfter(value, now);
      expect(wait === null || wait >= 0).toBe(true);
    }),
  );
});

it('counts from the date of the answer, whatever time the device believes it is', () => {
  const headers = { date: 'Thu, 01 Jan 1998 00:00:00 GMT', 'retry-after': 'Thu, 01 Jan 1998 00:01:00 GMT' };
  expect(refusal('GET /', { status: 503, headers }).retryAfter).toBe(60_000);
});
