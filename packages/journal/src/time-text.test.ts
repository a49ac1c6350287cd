import { describe, expect, it } from 'vitest';
import { timeText } from './time-text.ts';

describe('timeText', () => {
  it.each(['yesterday', '2026-11-24 05:56:36 Europe/Berlin', '1h 30min ago', '-5m', '@1700000000.5', '05:56'])(
    'takes %o as it is',
    (text) => expect(timeText(text)).toBe(text),
  );

  it.each([
    ['2026-11-24T05:56:36Z', '@1795499796.000000'],
    ['2026-11-24T05:56:36.123456Z', '@1795499796.123000'],
    ['2026-11-24T06:56+01:00', '@1795499760.000000'],
    ['1970-01-01T00:00:00.000Z', '@0.000000'],
  ])('makes a time that every version of journalctl knows of %o', (text, expected) => {
    expect(timeText(text)).toBe(expected);
  });

  it.each([
    '',
    'nonsense',
    '1700000000',
    '5m',
    'infinity',
    '--until=now',
    '2026-11-24\n',
    '2026-99-24T05:56:36Z',
    'ago',
  ])('takes %o for no time', (text) => expect(timeText(text)).toBeNull());

  it.each(['1', '1m ', '1 ', '12:'])('quickly refuses a text of many %o', (part) => {
    expect(timeText(`${part.repeat(95 / part.length)}ago!`)).toBeNull();
    expect(timeText(part.repeat(10_000))).toBeNull();
  });
});
