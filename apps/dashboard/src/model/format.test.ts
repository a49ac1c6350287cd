import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatKind, formatPercent, shorten } from './format.ts';

describe('formats', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_400_000, '1.4 MB'],
    [999_600, '1.0 MB'],
    [123_400_000, '123 MB'],
    [4e15, '4000 TB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [-5, '0 s'],
    [59_400, '59 s'],
    [90_000, '1 min 30 s'],
    [600_000, '10 min'],
    [7_260_000, '2 h 1 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('shortens, and writes words', () => {
    expect(formatKind('pull-image')).toBe('Pull image');
    expect([formatPercent(4.26), formatPercent(9.96), formatPercent(55.5)]).toEqual(['4.3 %', '10 %', '56 %']);
    expect(shorten('sha256:0123456789abcdef')).toBe('0123456789ab');
  });
});
