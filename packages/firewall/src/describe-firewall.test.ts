import { expect, it } from 'vitest';
import { describeFirewall } from './index.ts';

it('says what it is', () => {
  expect(describeFirewall()).toBe('Firewall of the host: iptables and ip6tables chains, swapped atomically.');
});
