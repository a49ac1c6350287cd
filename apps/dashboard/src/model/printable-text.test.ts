import { describe, expect, it } from 'vitest';
import { printableText } from './printable-text.ts';

describe('printableText', () => {
  it.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]0;a title\u0007text', 'text'],
    ['\u001b]8;;http://192.0.2.1\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b[2J\u001b[Hcleared', 'cleared'],
    ['\u001b(B\u001b7saved', 'saved'],
    ['cut off \u001b[3', 'cut off \ufffd[3'],
    ['a\tb\nc\r\n', 'a\tb\nc\n'],
    ['10 %\r20 %', '10 %\ufffd20 %'],
    ['\u0000\u0007\u009b', '\ufffd\ufffd\ufffd'],
    ['user\u202egnp.exe\u202c', 'user\ufffdgnp.exe\ufffd'],
    ['שלום \u200f(1)', 'שלום \u200f(1)'],
  ])('of %j is %j', (text, shown) => {
    expect(printableText(text)).toBe(shown);
  });
});
