import { expect, it } from 'vitest';
import { describeBootConfig } from './index.ts';

it('says what it is', () => {
  expect(describeBootConfig()).toBe(
    'Boot configuration of the device families: one backend per kind of file, one registry.',
  );
});
