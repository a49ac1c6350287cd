import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PullLine } from '../wire/engine-wire.ts';
import { PullProgress } from './pull-progress.ts';

function line(id: string, status: string, progressDetail: object = {}): PullLine {
  return PullLine.parse({ id, status, progressDetail });
}

/** Percentages after each of the lines. */
function follow(...lines: PullLine[]): number[] {
  const progress = new PullProgress();
  return lines.map((one) => {
    progress.add(one);
    return progress.percent;
  });
}

describe('PullProgress', () => {
  it('counts bytes, half for download, half for extraction', () => {
    const percents = follow(
      line('latest', 'Pulling from app/web'),
      line('a', 'Pulling fs layer'),
      line('a', 'Downloading', { current: 50, total: 100 }),
      line('a', 'Download complete'),
      line('a', 'Extracting', { current: 40, total: 100 }),
      line('a', 'Pull complete'),
    );
    expect(percents).toEqual([0, 0, 25, 50, 70, 99]);
  });

  it('weighs layers by their size', () => {
    const percents = follow(
      line('small', 'Pulling fs layer'),
      line('large', 'Pulling fs layer'),
      line('large', 'Downloading', { current: 0, total: 900 }),
      line('small', 'Downloading', { current: 0, total: 100 }),
      line('small', 'Pull complete'),
      line('large', 'Downloading', { current: 450, total: 900 }),
    );
    expect(percents.slice(-2)).toEqual([10, 32]);
  });

  it('takes layers of unknown size for average ones', () => {
    const percents = follow(
      line('a', 'Pulling fs layer'),
      line('b', 'Pulling fs layer'),
      line('b', 'Waiting'),
      line('a', 'Downloading', { current: 100, total: 100 }),
    );
    expect(percents.at(-1)).toBe(25);
  });

  it('does not fall when a new layer turns out to be large', () => {
    const percents = follow(
      line('a', 'Pulling fs layer'),
      line('b', 'Pulling fs layer'),
      line('a', 'Downloading', { current: 10, total: 10 }),
      line('b', 'Downloading', { current: 0, total: 1_000_000 }),
    );
    expect(percents).toEqual([0, 0, 25, 25]);
  });

  it('counts nothing for layers that are there already', () => {
    const percents = follow(
      line('a', 'Already exists'),
      line('b', 'Pulling fs layer'),
      line('b', 'Downloading', { current: 50, total: 100 }),
    );
    expect(percents.at(-1)).toBe(25);
  });

  it('never falls, and stays between 0 and 99, whatever the engine says', () => {
    const status = fc.constantFrom(
      'Pulling fs layer',
      'Downloading',
      'Download complete',
      'Extracting',
      'Pull complete',
      'x',
    );
    const detail = fc.record({ current: fc.nat(), total: fc.nat() });
    const anyLine = fc.tuple(fc.constantFrom('a', 'b', 'c'), status, detail).map((parts) => line(...parts));
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const percents = [0, ...follow(...lines)];
        expect(percents).toEqual(percents.toSorted((a, b) => a - b));
        expect(percents.every((percent) => Number.isInteger(percent) && percent >= 0 && percent <= 99)).toBe(true);
      }),
    );
  });
});
