import { describe, expect, it } from 'vitest';
import { splitAtMatches } from './split-at-matches.ts';

describe('splitAtMatches', () => {
  it.each([
    ['GET /index', '', ['GET /index']],
    ['GET /index', 'x', ['GET /inde', '[x]']],
    ['Error: error', 'ERROR', ['[Error]', ': ', '[error]']],
    ['a.b*c', '.', ['a', '[.]', 'b*c']],
    ['\\ ^$+?()[]{}|/-', '^$+?()[]{}|/-', ['\\ ', '[^$+?()[]{}|/-]']],
    ['<b>x</b>', '<b>', ['[<b>]', 'x</b>']],
    ['İstanbul i', 'i', ['İstanbul ', '[i]']],
    ['none', 'x', ['none']],
  ])('%j at %j', (text, search, parts) => {
    expect(splitAtMatches(text, search).map((part) => (part.isMatch ? `[${part.text}]` : part.text))).toEqual(parts);
  });

  it('marks the first 50 matches of a line alone', () => {
    const parts = splitAtMatches('a'.repeat(10_000), 'a');
    expect(parts.filter(({ isMatch }) => isMatch)).toHaveLength(50);
    expect(parts.map(({ text }) => text).join('')).toBe('a'.repeat(10_000));
  });
});
