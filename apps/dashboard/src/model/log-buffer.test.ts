import { describe, expect, it } from 'vitest';
import { EMPTY_BUFFER, matchingLines, SYSTEM, withLines } from './log-buffer.ts';

const buffer = withLines(EMPTY_BUFFER, [
  { message: 'Listening', timestamp: 1, serviceName: 'web' },
  { message: 'no such FILE', timestamp: 2, serviceName: 'web', isStdErr: true },
  { message: 'Started web', timestamp: 3, isSystem: true },
]);
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
    const more = withLines(
      buffer,
      Array.from({ length: 2_500 }, () => ({ message: 'x', timestamp: 4 })),
    );
    expect(more.lines).toHaveLength(2_000);
    expect(new Set(more.lines.map(({ number }) => number)).size).toBe(2_000);
    expect(more.next).toBe(2_503);
  });
});
