import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplayFilter, positionAfter, type LogPosition } from './log-position.ts';
import type { ContainerLogLine } from './ports.ts';

describe('positionAfter', () => {
  it.each([
    ['a later line', 101, { timestamp: 101, seen: 1 }],
    ['another line of the same time', 100, { timestamp: 100, seen: 3 }],
    ['a line that comes late', 99, { timestamp: 100, seen: 2 }],
    ['a line from before the clock was set back', -10_000, { timestamp: -10_000, seen: 1 }],
  ])('goes on with %s', (_, timestamp, expected) => {
    expect(positionAfter({ timestamp: 100, seen: 2 }, line(timestamp))).toEqual(expected);
  });
});

describe('createReplayFilter', () => {
  it('finds every line once, however often reading restarts', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.array(fc.integer({ min: 1, max: 10 })), (gaps, breaks) => {
        let timestamp = 1_000;
        const written = gaps.map((gap, index) => line((timestamp += gap), String(index)));
        let position: LogPosition = { timestamp: 0, seen: 0 };
        const read: string[] = [];
        for (const count of [...breaks, written.length]) {
          const isNew = createReplayFilter(position);
          const from = position.timestamp;
          const news = written.filter((candidate) => candidate.timestamp >= from && isNew(candidate)).slice(0, count);
          for (const next of news) position = positionAfter(position, next);
          read.push(...news.map(({ message }) => message));
        }
        expect(read).toEqual(written.map(({ message }) => message));
      }),
    );
  });

  it('leaves out what a source gives from before the position', () => {
    const isNew = createReplayFilter({ timestamp: 100, seen: 1 });
    expect([98, 100, 99, 100, 99].map((timestamp) => isNew(line(timestamp)))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});

function line(timestamp: number, message = ''): ContainerLogLine {
  return { timestamp, message, isStdErr: false };
}
