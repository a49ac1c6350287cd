import { describe, expect, it } from 'vitest';
import { readListing, removalInput, restoreInput } from './rule-text.ts';

const LISTING = `-P INPUT DROP
-N BALENA-FIREWALL
-N BALENA-FIREWALL-OTHER
-A INPUT -i eth1 -j BALENA-FIREWALL
-A INPUT -j BALENA-FIREWALL
-A BALENA-FIREWALL-OTHER -j DROP
-A BALENA-FIREWALL -p icmp -j ACCEPT
-A BALENA-FIREWALL -j RETURN
`;

describe('readListing', () => {
  it('finds what is ours, and nothing that only looks like it', () => {
    expect(readListing(LISTING)).toEqual({
      hasChain: true,
      hasJump: true,
      rules: ['-A BALENA-FIREWALL -p icmp -j ACCEPT', '-A BALENA-FIREWALL -j RETURN'],
    });
    const others = LISTING.split('\n').filter((line) => /OTHER|eth1|INPUT DROP/.test(line));
    expect(readListing(others.join('\n'))).toEqual({ hasChain: false, hasJump: false, rules: [] });
  });
});

describe('restoreInput', () => {
  it('replaces the rules of our chain alone', () => {
    expect(restoreInput(['-A BALENA-FIREWALL -j RETURN'], { hasJump: true })).toBe(
      '*filter\n:BALENA-FIREWALL - [0:0]\n-A BALENA-FIREWALL -j RETURN\nCOMMIT\n',
    );
  });

  it('adds a missing jump', () => {
    expect(restoreInput([], { hasJump: false })).toBe(
      '*filter\n:BALENA-FIREWALL - [0:0]\n-I INPUT -j BALENA-FIREWALL\nCOMMIT\n',
    );
  });
});

describe('removalInput', () => {
  it.each([
    [true, '*filter\n:BALENA-FIREWALL - [0:0]\n-D INPUT -j BALENA-FIREWALL\n-X BALENA-FIREWALL\nCOMMIT\n'],
    [false, '*filter\n:BALENA-FIREWALL - [0:0]\n-X BALENA-FIREWALL\nCOMMIT\n'],
  ])('takes our chain away (a jump to it: %s)', (hasJump, expected) => {
    expect(removalInput({ hasJump })).toBe(expected);
  });
});
