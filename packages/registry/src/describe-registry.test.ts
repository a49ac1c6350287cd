import { expect, it } from 'vitest';
import { describeRegistry } from './index.ts';

it('says what it is', () => {
  expect(describeRegistry()).toBe('Image registries over the distribution API: manifests, sizes, tokens.');
});
