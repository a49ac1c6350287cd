import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { readSince, readTail } from './since.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');

describe('readSince', () => {
  it.each([
    ['90s', '2026-11-24T05:58:30Z'],
    ['1h30m', '2026-11-24T04:30:00Z'],
    ['2d', '2026-11-22T06:00:00Z'],
    ['2026-11-20T01:02:03Z', '2026-11-20T01:02:03Z'],
  ])('reads %s', (text, time) => {
    expect(readSince(text, NOW)).toBe(Date.parse(time));
  });

  it.each(['', '10', '10x', 'm', 'yesterday'])('refuses %j', (text) => {
    expect(() => readSince(text, NOW)).toThrow(InvalidArgumentError);
  });
});

describe('readTail', () => {
  it('reads numbers and all', () => {
    expect([readTail('0'), readTail('25'), readTail('all')]).toEqual([0, 25, Infinity]);
    for (const text of ['', '-1', '1e3', 'none']) expect(() => readTail(text)).toThrow(InvalidArgumentError);
  });
});
