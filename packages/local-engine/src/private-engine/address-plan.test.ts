import { describe, expect, it } from 'vitest';
import { NoFreeAddressRangeError } from '../errors.ts';
import { isWithin, planAddresses } from './address-plan.ts';

describe('planAddresses', () => {
  it.each([
    ['nothing', [], '172.17.0.0/16'],
    ['other ranges', ['127.0.0.0/8', '192.0.2.2/24'], '172.17.0.0/16'],
    ['a default route', ['0.0.0.0/0'], '172.17.0.0/16'],
    ['an address within', ['172.17.0.1/16'], '172.18.0.0/16'],
    ['a single address', ['172.17.200.3'], '172.18.0.0/16'],
    ['a wider route', ['172.16.0.0/14'], '172.20.0.0/16'],
    ['all of 172.16.0.0/12', ['172.16.0.0/12'], '10.255.0.0/16'],
  ])('with %s', (_, occupied, pool) => {
    expect(planAddresses(occupied)).toEqual({ pool, bridgeAddress: pool.replace('.0.0/16', '.0.1/24') });
  });

  it("keeps off the supervisor's own network", () => {
    const others = Array.from({ length: 256 }, (_, index) => index).filter((index) => index !== 114);
    const occupied = ['172.16.0.0/12', ...others.map((index) => `10.${index}.0.0/16`)];
    expect(planAddresses(occupied).pool).toBe('192.168.0.0/16');
  });

  it('fails when everything is taken', () => {
    expect(() => planAddresses(['172.16.0.0/12', '10.0.0.0/8', '192.168.0.0/16'])).toThrow(NoFreeAddressRangeError);
  });
});

describe('isWithin', () => {
  it.each([
    ['172.17.0.2/32', '172.17.0.1/24', true],
    ['172.17.0.2', '172.17.0.0/24', true],
    ['172.17.1.2/32', '172.17.0.1/24', false],
    ['172.17.0.0/16', '172.17.0.1/24', false],
    ['255.255.255.255', '255.255.255.0/24', true],
  ])('%s in %s: %s', (inner, outer, expected) => {
    expect(isWithin(inner, outer)).toBe(expected);
  });
});
