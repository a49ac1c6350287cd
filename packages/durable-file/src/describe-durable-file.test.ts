import { expect, it } from 'vitest';
import { describeDurableFile } from './index.ts';

it('says what it is', () => {
  expect(describeDurableFile()).toBe(
    'Files that are old or new after a power cut, never torn: replaced atomically, damaged ones kept aside.',
  );
});
