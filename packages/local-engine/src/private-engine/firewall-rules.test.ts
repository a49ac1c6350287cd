import { describe, expect, it } from 'vitest';
import { planRuleRemoval, type RuleRemovalRequest } from './firewall-rules.ts';

const empty = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

const chains = `*filter
:INPUT ACCEPT [5:300]
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A INPUT -s 192.0.2.7/32 -m comment --comment "not -i docker-1 but me" -j DROP
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker-1 -j DOCKER
-A FORWARD -i docker-1 ! -o docker-1 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker-1 -o docker-1 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/24 ! -o docker-1 -j MASQUERADE
-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
-A POSTROUTING -s 10.8.0.0/24 -j MASQUERADE
-A DOCKER ! -i docker-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
COMMIT
`;

const plan = (request: Partial<RuleRemovalRequest>) =>
  planRuleRemoval({
    before: empty,
    now: chains,
    bridges: new Set(['docker-1']),
    subnets: ['172.17.0.1/24'],
    otherLinks: new Set(['eth0']),
    ...request,
  });

describe('planRuleRemoval', () => {
  it('takes away rules, chains and policy of the engine, and nothing else', () => {
    const { script, chainsUnused } = plan({});
    expect(chainsUnused).toBe(true);
    expect(script).toBe(`*filter
:FORWARD ACCEPT [0:0]
-D FORWARD -j DOCKER-USER
-D FORWARD -o docker-1 -j DOCKER
-D FORWARD -i docker-1 ! -o docker-1 -j ACCEPT
-F DOCKER
-F DOCKER-USER
-X DOCKER
-X DOCKER-USER
COMMIT
*nat
-D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-D POSTROUTING -s 172.17.0.0/24 ! -o docker-1 -j MASQUERADE
-D POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
-F DOCKER
-X DOCKER
COMMIT
`);
  });

  it('does nothing where nothing is', () => {
    expect(plan({ now: empty })).toEqual({ script: '', chainsUnused: true });
    expect(plan({ now: '', before: '' })).toEqual({ script: '', chainsUnused: true });
  });

  it('leaves chains that were there before, and takes what was added to them', () => {
    const before = empty.replace('COMMIT', ':DOCKER-USER - [0:0]\n-A DOCKER-USER -s 192.0.2.1/32 -j DROP\nCOMMIT');
    const now = chains.replace('-A DOCKER-USER -j', '-A DOCKER-USER -s 192.0.2.1/32 -j DROP\n-A DOCKER-USER -j');
    const { script } = plan({ before, now });
    expect(script).toContain('-D FORWARD -j DOCKER-USER\n');
    expect(script).toContain('-D DOCKER-USER -j RETURN\n');
    expect(script).not.toContain('192.0.2.1');
    expect(script).not.toMatch(/-[FX] DOCKER-USER/);
  });

  it('leaves chains that another engine uses', () => {
    const now = chains.replace('COMMIT', '-A FORWARD -o docker0 -j DOCKER\nCOMMIT');
    const { script, chainsUnused } = plan({ now, otherLinks: new Set(['docker0']) });
    expect(chainsUnused).toBe(false);
    expect(script).not.toContain('-X');
    expect(script).not.toContain('FORWARD ACCEPT [0:0]');
    expect(script).not.toContain('docker0');
    expect(script).toContain('-D FORWARD -i docker-1 ! -o docker-1 -j ACCEPT\n');
    expect(script).toContain('-D DOCKER ! -i docker-1 -p tcp');
  });

  it('keeps a policy that was strict before', () => {
    expect(plan({ before: empty.replace('FORWARD ACCEPT', 'FORWARD DROP') }).script).not.toContain(':FORWARD');
  });
});
