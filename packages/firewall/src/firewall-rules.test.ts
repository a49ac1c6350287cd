import { describe, expect, it } from 'vitest';
import { API_INTERFACES, firewallRules, type RuleSettings } from './index.ts';

const OFF: RuleSettings = { enabled: false, localMode: false, apiPort: 48484, apiInterfaces: API_INTERFACES };

describe('firewallRules', () => {
  it('lets in what is known to be good, and nothing else when it is on', () => {
    expect(rules('IPv4', { ...OFF, enabled: true })).toMatchInlineSnapshot(`
      [
        "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-m addrtype --src-type LOCAL -j ACCEPT",
        "-i resin-vpn -p tcp -m tcp --dport 48484 -j ACCEPT",
        "-i tun0 -p tcp -m tcp --dport 48484 -j ACCEPT",
        "-i docker0 -p tcp -m tcp --dport 48484 -j ACCEPT",
        "-i lo -p tcp -m tcp --dport 48484 -j ACCEPT",
        "-i supervisor0 -p tcp -m tcp --dport 48484 -j ACCEPT",
        "-p tcp -m tcp --dport 48484 -j REJECT --reject-with tcp-reset",
        "-p tcp -m tcp --dport 22222 -j ACCEPT",
        "-p tcp -m tcp --dport 2375 -j ACCEPT",
        "-m addrtype --dst-type MULTICAST -j ACCEPT",
        "-p icmp -j ACCEPT",
        "-i balena+ -p udp -m udp --dport 53 -j ACCEPT",
        "-i balena+ -p tcp -m tcp --dport 53 -j ACCEPT",
        "-i docker+ -p udp -m udp --dport 53 -j ACCEPT",
        "-i docker+ -p tcp -m tcp --dport 53 -j ACCEPT",
        "-i br-+ -p udp -m udp --dport 53 -j ACCEPT",
        "-i br-+ -p tcp -m tcp --dport 53 -j ACCEPT",
        "-i supervisor0 -p udp -m udp --dport 53 -j ACCEPT",
        "-i supervisor0 -p tcp -m tcp --dport 53 -j ACCEPT",
        "-i resin-dns -p udp -m udp --dport 53 -j ACCEPT",
        "-i resin-dns -p tcp -m tcp --dport 53 -j ACCEPT",
        "-p tcp -j REJECT --reject-with tcp-reset",
        "-j REJECT --reject-with icmp-port-unreachable",
      ]
    `);
  });

  it('leaves the rest to others when it is off, and protects the API', () => {
    const off = rules('IPv4', OFF);
    expect(off.at(-1)).toBe('-j RETURN');
    expect(off.slice(0, -1)).toEqual(rules('IPv4', { ...OFF, enabled: true }).slice(0, -2));
  });

  it.each([true, false])('opens the API to every interface in local mode (on: %s)', (enabled) => {
    const local = rules('IPv4', { ...OFF, enabled, localMode: true });
    expect(local.filter((rule) => rule.includes('48484'))).toEqual(['-p tcp -m tcp --dport 48484 -j ACCEPT']);
  });

  it('speaks of IPv6 in its words, and lets leases of addresses in', () => {
    const v6 = rules('IPv6', { ...OFF, enabled: true });
    expect(v6).toContain('-p ipv6-icmp -j ACCEPT');
    expect(v6).toContain('-d fe80::/10 -p udp -m udp --dport 546 -j ACCEPT');
    expect(v6.at(-1)).toBe('-j REJECT --reject-with icmp6-port-unreachable');
    expect(v6.filter((rule) => / icmp\b|icmp-/.test(rule))).toEqual([]);
  });

  it('protects whatever port the API has', () => {
    expect(
      rules('IPv6', { ...OFF, apiPort: 80, apiInterfaces: ['eth+'] }).filter((rule) => rule.includes(' 80 ')),
    ).toEqual([
      '-i eth+ -p tcp -m tcp --dport 80 -j ACCEPT',
      '-p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset',
    ]);
  });
});

/** Without the name of the chain. */
function rules(...[family, settings]: Parameters<typeof firewallRules>): string[] {
  return firewallRules(family, settings).map((rule) => rule.replace(/^-A BALENA-FIREWALL /, ''));
}
