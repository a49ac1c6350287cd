import { describe, expect, it } from 'vitest';
import { cpuUsage, parseCpuTime } from './cpu-usage.ts';

const STAT = 'cpu  100 5 45 800 40 4 6 0 30 0\ncpu0 100 5 45 800 40 4 6 0 30 0\nintr 1\n';

describe('parseCpuTime', () => {
  it('adds up what is not idle, and counts guests once', () => {
    expect(parseCpuTime(STAT)).toEqual({ busy: 160, total: 1_000 });
  });

  it.each(['', 'cpu0 1 2 3 4', 'cpu  a b c d', 'cpu  1'])('finds none in %o', (text) => {
    expect(parseCpuTime(text)).toBeNull();
  });
});

describe('cpuUsage', () => {
  it.each([
    [{ busy: 0, total: 0 }, { busy: 160, total: 1_000 }, 16],
    [{ busy: 160, total: 1_000 }, { busy: 259, total: 1_100 }, 99],
    [{ busy: 160, total: 1_000 }, { busy: 158, total: 1_010 }, 0],
    [{ busy: 160, total: 1_000 }, { busy: 180, total: 1_010 }, 100],
    [{ busy: 160, total: 1_000 }, { busy: 160, total: 1_000 }, null],
  ])('from %o to %o is %s %%', (before, after, expected) => {
    expect(cpuUsage(before, after)).toBe(expected);
  });
});
