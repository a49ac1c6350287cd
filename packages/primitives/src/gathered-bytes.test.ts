import { expect, it } from 'vitest';
import { GatheredBytes } from './gathered-bytes.ts';

it('joins what comes', () => {
  const gathered = new GatheredBytes(5);
  gathered.add(Uint8Array.of(1, 2));
  gathered.add(Uint8Array.of());
  gathered.add(Uint8Array.of(3, 4, 5));
  expect([...gathered.bytes]).toEqual([1, 2, 3, 4, 5]);
});

it('takes no more than its limit', () => {
  const gathered = new GatheredBytes(2);
  gathered.add(Uint8Array.of(1, 2));
  expect(() => gathered.add(Uint8Array.of(3))).toThrow(RangeError);
  expect([...gathered.bytes]).toEqual([1, 2]);
});

it('holds nothing once its memory is given back', () => {
  const gathered = new GatheredBytes(1_000_000);
  gathered.add(new Uint8Array(1_000_000));
  const { bytes } = gathered;
  gathered.free();
  expect(bytes).toHaveLength(0);
  expect(gathered.bytes).toHaveLength(0);
});
