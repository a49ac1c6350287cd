import { expect, it } from 'vitest';
import { parseBoolean } from './index.ts';

it('reads every spelling, and nothing else', () => {
  for (const value of [true, 1, '1', 'true', 'on', 'True', ' ON '])
    expect([value, parseBoolean(value)]).toEqual([value, true]);
  for (const value of [false, 0, '0', 'false', 'off', 'FALSE'])
    expect([value, parseBoolean(value)]).toEqual([value, false]);
  for (const value of ['', 'yes', 'no', '2', 2, null, undefined, {}, 'constructor']) {
    expect([value, parseBoolean(value)]).toEqual([value, null]);
  }
});
