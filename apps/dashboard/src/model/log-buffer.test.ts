import { describe, expect, it } from 'vitest';
import { EMPTY_BUFFER, gather, GAP, matchingLines, NOTHING_GATHERED, SYSTEM, withLines } from './log-buffer.ts';

const buffer = withLines(
  EMPTY_BUFFER,
  gather(NOTHING_GATHERED, [
    { message: 'Listening', timestamp: 1, serviceName: 'web' },
    { message: 'no such FILE', timestamp: 2, serviceName: 'web', isStdErr: true },
    { message: 'Started web', timestamp: 3, isSystem: true },
  ]),
);
const ALL = { service: '', search: '', errorsOnly: false };

describe('log lines', () => {
  it.each([
    [{}, 3],
    [{ service: 'web' }, 2],
    [{ service: SYSTEM }, 1],
    [{ errorsOnly: true }, 1],
    [{ search: 'file' }, 1],
    [{ search: 'nothing' }, 0],
  ])('match %j', (filter, number) => {
    expect(matchingLines(buffer, { ...ALL, ...filter })).toHaveLength(number);
  });

  it('have numbers of their own, and bounds', () => {
    const many = Array.from({ length: 2_500 }, () => ({ message: 'x', timestamp: 4 }));
    const more = withLines(buffer, gather(gather(NOTHING_GATHERED, many), [{ message: 'last', timestamp: 5 }]));
    expect(more.lines).toHaveLength(2_000);
    expect(new Set(more.lines.map(({ number }) => number)).size).toBe(2_000);
    expect(more.lines.at(-1)).toMatchObject({ message: 'last', number: 2_503 });
    expect(more.next).toBe(2_504);
  });

  it('are bounded by their length, too', () => {
    const long = Array.from({ length: 200 }, () => ({ message: 'x'.repeat(50_000), timestamp: 4 }));
    const { lines } = withLines(buffer, { lines: long, dropped: 0 });
    expect(lines.at(-1)?.message).toBe(`${'x'.repeat(10_000)} …`);
    expect(lines.reduce((sum, { message }) => sum + message.length, 0)).toBeLessThanOrEqual(1_000_000);
    expect(lines).toHaveLength(99);
  });

  it('show no sequences for terminals', () => {
    const { lines } = withLines(EMPTY_BUFFER, { lines: [{ message: '\u001b[31mred', timestamp: 1 }], dropped: 0 });
    expect(lines).toMatchObject([{ message: 'red' }]);
  });

  it('may be missing at a gap, which every filter shows', () => {
    const withGap = withLines(buffer, { lines: [GAP], dropped: 0 });
    expect(matchingLines(withGap, { service: 'web', search: 'nothing', errorsOnly: true })).toMatchObject([GAP]);
  });
});
