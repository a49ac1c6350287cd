import { expect, it } from 'vitest';
import { describeHostFacts } from './index.ts';

it('says what it is', () => {
  expect(describeHostFacts()).toBe(
    'What the host is and how it fares: addresses, metrics, operating system, LED, VPN state.',
  );
});
