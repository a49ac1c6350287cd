import { describe, expect, it } from 'vitest';
import { isOnEngineBridge, type NetworkFacts } from './engine-bridges.ts';

const address = (family: 'IPv4' | 'IPv6', text: string, prefix: number) => {
  const common = { address: text, netmask: '', mac: '', internal: false, cidr: `${text}/${prefix}` };
  return family === 'IPv6' ? { ...common, family, scopeid: 0 } : { ...common, family };
};
const FACTS: NetworkFacts = {
  interfaces: () => ({
    lo: [address('IPv4', '127.0.0.1', 8)],
    eth0: [address('IPv4', '192.168.1.7', 24), address('IPv6', 'fe80::1', 64)],
    named: [address('IPv4', '172.17.0.1', 16), address('IPv6', 'fe80::2', 64), address('IPv6', 'fd00::1', 64)],
    lan: [address('IPv4', '10.0.0.1', 24)],
  }),
  portsOf: (name) => ({ named: ['veth12'], lan: ['eth1'] })[name] ?? [],
};

describe('isOnEngineBridge', () => {
  it.each([
    ['172.17.0.2', '172.17.0.1'],
    ['::ffff:172.17.0.2', '::ffff:192.168.1.7'],
    ['fd00::7', 'fd00::1'],
    ['fe80::42', 'fe80::2'],
  ])('recognises a container: %s at %s', (remoteAddress, localAddress) => {
    expect(isOnEngineBridge({ remoteAddress, localAddress }, FACTS)).toBe(true);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['192.168.1.20', '192.168.1.7'],
    ['::ffff:10.0.0.9', '::ffff:10.0.0.1'],
    ['fe80::42', 'fe80::1'],
    ['2001:db8::1', '2001:db8::2'],
    ['', ''],
  ])('takes no other address for one: %s at %s', (remoteAddress, localAddress) => {
    expect(isOnEngineBridge({ remoteAddress, localAddress }, FACTS)).toBe(false);
  });

  it('looks at the ports of an interface that has the address, and of no other', () => {
    const asked: string[] = [];
    const portsOf = (name: string): readonly string[] => (asked.push(name), FACTS.portsOf(name));
    isOnEngineBridge({ remoteAddress: '172.17.0.2', localAddress: '172.17.0.1' }, { ...FACTS, portsOf });
    expect(asked).toEqual(['named']);
  });

  it.each(['127.0.0.1', '::ffff:127.0.0.1', '::1'])('knows %s without a look at the interfaces', (remoteAddress) => {
    const interfaces = (): never => {
      throw new Error('not to be listed');
    };
    expect(isOnEngineBridge({ remoteAddress, localAddress: remoteAddress }, { ...FACTS, interfaces })).toBe(false);
  });

  it('reads the interfaces of this machine', () => {
    expect(isOnEngineBridge({ remoteAddress: '192.0.2.1', localAddress: '192.0.2.2' })).toBe(false);
  });
});
