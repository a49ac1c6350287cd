import { expect, it } from 'vitest';
import { describeCloud } from './index.ts';

it('says what it is', () => {
  expect(describeCloud()).toBe(
    'The cloud as the device sees it: provisioning, target polls, state reports, logs, tags.',
  );
});
