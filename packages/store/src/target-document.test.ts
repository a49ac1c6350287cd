import type { TargetState } from '@device-supervisor/state';
import { expect, it } from 'vitest';
import { parseTarget, printTarget } from './target-document.ts';

const targetOf = (value: string): TargetState => ({ config: { A: value }, apps: {} });

it.each([
  ['a small target, as JSON that other tools read', 'x', 40],
  ['a large target, compressed', '{"ä"}'.repeat(200_000), 50_000],
  ['one of characters that take two units', '😀'.repeat(400_000), 50_000],
  ['one whose pieces begin elsewhere', `x${'😀'.repeat(400_000)}`, 50_000],
])('keeps %s', (_, value, longest) => {
  const document = printTarget(targetOf(value));
  expect(document.length).toBeLessThan(longest);
  expect(parseTarget(document)).toEqual({ target: targetOf(value), reason: null });
});

it('prints a small target as JSON.stringify does', () => {
  const target: TargetState = { ...targetOf('"ä"\n😀'), name: 'device', apps: {} };
  expect(printTarget(target)).toBe(JSON.stringify(target));
  const more = { list: [1, [], {}, null, undefined, true, { a: [{}] }], gone: undefined };
  const odd = { ...target, ...more };
  expect(printTarget(odd)).toBe(JSON.stringify(odd));
});

it.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['no compressed bytes', new Uint8Array(3)],
  ['a part of it', Buffer.from(printTarget(targetOf('x'.repeat(300_000)))).subarray(0, 100)],
])('says that %s is no target', (_, document) => {
  expect(parseTarget(document)).toEqual({ target: null, reason: 'not a target state' });
});
