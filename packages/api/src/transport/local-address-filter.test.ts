import { describe, expect, it } from 'vitest';
import { createLocalAddressFilter } from './local-address-filter.ts';

describe('createLocalAddressFilter', () => {
  const isAllowed = createLocalAddressFilter(['127.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0', '2001:db8:0::1']);

  it.each([
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::FFFF:127.0.0.1',
    '10.0.0.1',
    '::ffff:10.0.0.1',
    'fe80::1',
    'fe80::1%eth1',
    '2001:db8::1',
  ])('allows %s', (address) => {
    expect(isAllowed(address)).toBe(true);
  });

  it.each(['127.0.0.2', '::ffff:127.0.0.2', '::1', '2001:db8::2', undefined])('refuses %s', (address) => {
    expect(isAllowed(address)).toBe(false);
  });

  it('allows all when it is not limited, and none when the list is empty', () => {
    expect(createLocalAddressFilter(undefined)('192.0.2.1')).toBe(true);
    expect(createLocalAddressFilter([])('127.0.0.1')).toBe(false);
  });

  it('refuses what is not an address', () => {
    expect(() => createLocalAddressFilter(['localhost'])).toThrow(new TypeError("'localhost' is not an IP address"));
  });
});
