import { createFakeClock } from '@device-supervisor/device/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  API_INTERFACES,
  createFirewall,
  FirewallFailedError,
  type Firewall,
  type FirewallEvent,
  type FirewallOptions,
} from '@device-supervisor/firewall';
import { createTestNetwork, type TestNetwork } from './network.ts';

const FAMILIES = ['IPv4', 'IPv6'] as const;
const TOOL = { IPv4: 'iptables', IPv6: 'ip6tables' } as const;

const API = 48_484;
/** A server of an app on the host's network. */
const APP = 8_080;
const BRIDGE = 'br-0123456789ab';
const API_LINKS = API_INTERFACES.filter((name) => name !== 'lo');
const CLOSED = { localMode: false, apiPort: API, usesHostNetwork: false };
const LOCAL = { ...CLOSED, localMode: true };

let network: TestNetwork;
let stack: AsyncDisposableStack;
let events: FirewallEvent[];

beforeAll(async () => {
  network = await createTestNetwork(String(process.pid), ['eth0', BRIDGE, ...API_LINKS]);
  await network.device.ask({
    do: 'serve',
    tcp: [API, APP, 22_222, 2_375, 53],
    udp: [53, 546, 5_353],
    groups: [
      { group: '224.0.0.251', through: network.address('eth0', 'IPv4') },
      { group: 'ff02::fb', through: '::%eth0' },
    ],
  });
  await network.outside.ask({ do: 'serve', tcp: [APP], udp: [], groups: [] });
});
beforeEach(() => {
  stack = new AsyncDisposableStack();
  events = [];
});
afterAll(() => network[Symbol.asyncDispose]());
afterEach(async () => {
  await stack.disposeAsync();
  for (const family of FAMILIES) {
    for (const variant of ['nft', 'legacy']) {
      await network.run(`${TOOL[family]}-${variant}`, '-F');
      await network.run(`${TOOL[family]}-${variant}`, '-X');
    }
  }
});

describe.each(['nft', 'legacy'] as const)('on %s', (variant) => {
  describe.each(FAMILIES)('%s', (family) => {
    it.each([
      ['off', false, 'open'],
      ['auto', false, 'open'],
      ['auto', true, 'refused'],
      ['on', false, 'refused'],
    ] as const)('%s (service on the host network: %s): an app is %s', async (mode, usesHostNetwork, expected) => {
      const firewall = await start({ variant });
      for (const localMode of [false, true]) {
        expect(await firewall.apply(mode, { ...CLOSED, usesHostNetwork, localMode })).toEqual([]);
        expect(await tcp('eth0', APP)).toBe(expected);
        expect(await udp('eth0', 53)).toBe(expected);
        expect(await tcp('eth0', API)).toBe(localMode ? 'open' : 'refused');
        for (const link of API_LINKS) expect([link, await tcp(link, API)]).toEqual([link, 'open']);
        for (const port of [22_222, 2_375]) expect([port, await tcp('eth0', port)]).toEqual([port, 'open']);
        for (const link of [BRIDGE, 'docker0']) {
          expect([link, await tcp(link, 53), await udp(link, 53)]).toEqual([link, 'open', 'open']);
        }
        expect(await network.succeedsOutside('busybox', 'ping', '-c1', network.address('eth0', family))).toBe(true);
        expect(await askGroup()).toBe('open');
      }
    });

    it('lets the device reach itself and others, and what it has begun go on', async () => {
      const firewall = await start({ variant });
      await firewall.apply('on', LOCAL);
      const request = { host: network.address('eth0', family), port: API };
      expect(await network.outside.ask({ do: 'tcp', ...request, hold: variant + family })).toBe('open');
      await firewall.apply('on', CLOSED);
      expect(await network.outside.ask({ do: 'tcp', ...request })).toBe('refused');
      expect(await network.outside.ask({ do: 'again', hold: variant + family })).toBe('open');
      for (const host of [family === 'IPv4' ? '127.0.0.1' : '::1', network.address('eth0', family)]) {
        for (const port of [API, APP]) expect(await network.device.ask({ do: 'tcp', host, port })).toBe('open');
      }
      // Answers are let in only because of the request.
      const outside = { host: network.neighbour('eth0', family), port: APP };
      expect(await network.device.ask({ do: 'tcp', ...outside })).toBe('open');
    });

    it('touches nothing of what others have set up', async () => {
      const tool = `${TOOL[family]}-${variant}`;
      await network.run(tool, '-N', 'OTHERS');
      await network.run(tool, '-A', 'OTHERS', '-p', 'tcp', '--dport', '4321', '-j', 'DROP');
      await network.run(tool, '-A', 'INPUT', '-j', 'OTHERS');
      await network.run(tool, '-A', 'FORWARD', '-i', 'eth0', '-j', 'DROP');
      await network.run(tool, '-t', 'nat', '-A', 'PREROUTING', '-p', 'tcp', '--dport', '1', '-j', 'REDIRECT');
      const before = await saved(tool);
      const firewall = await start({ variant });
      await firewall.apply('on', CLOSED);
      // Another program inserts a rule before ours; it may stay there.
      await network.run(tool, '-I', 'INPUT', '-p', 'tcp', '--dport', '1234', '-j', 'ACCEPT');
      for (const mode of ['off', 'on'] as const) await firewall.apply(mode, CLOSED);
      const input = (await network.run(tool, '-S', 'INPUT')).trim().split('\n');
      expect(input.map((line) => line.split(' ').at(-1))).toEqual(['ACCEPT', 'ACCEPT', 'BALENA-FIREWALL', 'OTHERS']);
      const after = await saved(tool);
      expect(after.filter((line) => !/BALENA-FIREWALL|dport 1234/.test(line))).toEqual(before);
      await network.run(tool, '-t', 'nat', '-F');
    });

    it('is restored after a flush', async () => {
      const firewall = await start({ variant });
      await firewall.apply('on', CLOSED);
      await network.run(`${TOOL[family]}-${variant}`, '-F');
      expect(await tcp('eth0', API)).toBe('open');
      expect(await firewall.check()).toEqual([]);
      expect(await tcp('eth0', API)).toBe('refused');
      expect(events).toEqual([{ kind: 'restored', family }]);
      await firewall.check();
      expect(events).toHaveLength(1);
    });

    it('keeps the old rules when new ones cannot all be set', async () => {
      const tool = `${TOOL[family]}-${variant}`;
      await (await start({ variant })).apply('on', CLOSED);
      const before = await saved(tool);
      // Only the kernel notices that the last rule leads back to the first: all others were fine.
      const broken = `sed 's/^COMMIT/-A BALENA-FIREWALL -j BALENA-FIREWALL\\nCOMMIT/' | "$@"`;
      const directory = await network.tools({ [`${tool}-restore`]: broken });
      const second = await start({ variant, directory });
      const problems = await second.apply('on', LOCAL);
      expect(problems).toEqual([expect.any(FirewallFailedError)]);
      expect(problems[0]).toMatchObject({ details: { family } });
      expect(await saved(tool)).toEqual(before);
      expect(await tcp('eth0', API)).toBe('refused');
    });

    function tcp(link: string, port: number): Promise<string> {
      return network.outside.ask({ do: 'tcp', host: network.address(link, family), port });
    }

    function udp(link: string, port: number): Promise<string> {
      return network.outside.ask({ do: 'udp', host: network.address(link, family), port });
    }

    /** As mDNS does, through the cable of eth0. */
    function askGroup(): Promise<string> {
      return network.outside.ask(
        family === 'IPv4'
          ? { do: 'udp', host: '224.0.0.251', port: 5_353, through: network.neighbour('eth0', family) }
          : { do: 'udp', host: 'ff02::fb%far-0', port: 5_353, through: '::%far-0' },
      );
    }
  });

  it('lets leases of IPv6 addresses in, and no other answer that was not asked for', async () => {
    const firewall = await start({ variant });
    await firewall.apply('on', CLOSED);
    const shown = await network.run('ip', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'link');
    const [linkLocal] = /fe80::[0-9a-f:]+/.exec(shown) ?? [];
    expect(await network.outside.ask({ do: 'udp', host: `${linkLocal}%far-0`, port: 546 })).toBe('open');
    expect(await network.outside.ask({ do: 'udp', host: `${linkLocal}%far-0`, port: 5_353 })).toBe('refused');
    expect(await network.outside.ask({ do: 'udp', host: network.address('eth0', 'IPv6'), port: 546 })).toBe('refused');
  });
});

describe('where the packet filter is not given', () => {
  it('follows the host from one to the other, and leaves no old rules in force', async () => {
    // Of its own: the older filter stays in use once it was.
    await using fresh = await createTestNetwork(`${process.pid}-fresh`, ['eth0']);
    await fresh.device.ask({ do: 'serve', tcp: [API, APP], udp: [], groups: [] });
    const app = { do: 'tcp', host: fresh.address('eth0', 'IPv4'), port: APP } as const;
    await (await start({}, fresh)).apply('on', CLOSED);
    expect(await fresh.run('iptables-nft', '-S')).toContain('-N BALENA-FIREWALL');
    expect(await fresh.outside.ask(app)).toBe('refused');

    await fresh.run('iptables-legacy', '-A', 'INPUT', '-p', 'tcp', '--dport', '4321', '-j', 'ACCEPT');
    expect(await (await start({}, fresh)).apply('off', CLOSED)).toEqual([]);
    expect(await fresh.run('iptables-legacy', '-S')).toContain('-N BALENA-FIREWALL');
    expect(await fresh.run('iptables-nft', '-S')).not.toContain('BALENA-FIREWALL');
    expect(await fresh.outside.ask(app)).toBe('open');
    expect(await fresh.outside.ask({ ...app, port: API })).toBe('refused');
  });
});

async function start(options: Partial<FirewallOptions>, on: TestNetwork = network): Promise<Firewall> {
  const directory = options.directory ?? (await on.tools());
  return stack.use(
    createFirewall({
      clock: createFakeClock(),
      report: (event) => events.push(event),
      procNet: `/proc/${on.device.pid}/net`,
      ...options,
      directory,
    }),
  );
}

/** All rules of all tables, without comments and counters. */
async function saved(tool: string): Promise<string[]> {
  const text = await network.run(tool.replace(/-\w+$/, (variant) => `${variant}-save`));
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
}
