import { expect, it } from 'vitest';
import { shareOf } from './share-of.ts';

it('is a part of the highest value', () => {
  expect(shareOf(25, 100)).toBe(0.25);
});

it('is nothing where every value is zero', () => {
  expect(shareOf(0, 0)).toBe(0);
});
