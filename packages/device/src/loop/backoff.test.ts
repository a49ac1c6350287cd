import { describe, expect, it } from 'vitest';
import { Backoff, formatDelay } from './backoff.ts';

function backoff(random = 0): { backoff: Backoff; advance: (milliseconds: number) => void } {
  let now = 1_000_000;
  return {
    backoff: new Backoff({ now: () => now, random: () => random, limit: 10_000 }),
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

describe('Backoff', () => {
  it('doubles the delay with each failure in a row, up to the limit', () => {
    const { backoff: held } = backoff();
    expect([1, 2, 3, 4, 5, 6, 7].map(() => held.failed('a', 'x'))).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });

  it('spreads retries by up to a quarter', () => {
    expect(backoff(1).backoff.failed('a', 'x')).toBe(625);
  });

  it('holds an operation back until its time, with the reason', () => {
    const { backoff: held, advance } = backoff();
    held.failed('a', 'no such image');
    expect([...held.paused()]).toEqual([['a', 'no such image; next try in 1 s']]);
    expect(held.nextRetry()).toBe(500);
    advance(500);
    expect(held.paused().size).toBe(0);
    expect(held.nextRetry()).toBeNull();
  });

  it('starts over after a success, and long after a failure', () => {
    const { backoff: held, advance } = backoff();
    held.failed('a', 'x');
    held.succeeded('a', 'cause');
    expect(held.failed('a', 'x')).toBe(500);
    expect(held.failed('a', 'x')).toBe(1000);
    advance(10 * 60_000 + 2000);
    expect(held.failed('a', 'x')).toBe(500);
  });

  it('holds back an operation that succeeds repeatedly without effect', () => {
    const { backoff: held } = backoff();
    for (let time = 0; time < 3; time++) held.succeeded('a', 'image differs');
    expect(held.paused().size).toBe(0);
    held.succeeded('a', 'image differs');
    expect([...held.paused()]).toEqual([
      ['a', 'was done 4 times and is still needed (image differs); next try in 1 s'],
    ]);
  });

  it('lets everything be tried at once after a reset', () => {
    const { backoff: held } = backoff();
    held.failed('a', 'x');
    held.reset();
    expect(held.paused().size).toBe(0);
  });
});

describe('formatDelay', () => {
  it.each([
    [1, '1 s'],
    [59_000, '59 s'],
    [61_000, '2 min'],
  ])('prints %d ms', (delay, text) => {
    expect(formatDelay(delay)).toBe(text);
  });
});
