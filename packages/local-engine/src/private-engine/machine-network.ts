import { parseJson } from '@device-supervisor/primitives';
import { access, readFile, readlink, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { CommandRunner } from '../command-runner.ts';

/** The network of this machine, or of the network namespace that we run in. */
export interface MachineNetwork {
  /** All interfaces, whether up or down. */
  links(): Promise<readonly Link[]>;
  /** IPv4 addresses and routed ranges in CIDR notation. */
  occupiedRanges(): Promise<readonly string[]>;
  addBridge(name: string, address: string): Promise<void>;
  /** Links that have gone meanwhile are fine. */
  removeLinks(names: readonly string[]): Promise<void>;
  /** Output of `iptables-save` or `ip6tables-save`. */
  firewall(family: Family): Promise<string>;
  /** Applies a script in the language of `iptables-restore` and leaves everything else alone. */
  changeFirewall(family: Family, script: string): Promise<void>;
  /** `0` or `1`. */
  forwarding(): Promise<string>;
  setForwarding(value: string): Promise<void>;
  /** Differs between two network namespaces, and between two boots of the machine. */
  identity(): Promise<string>;
}

export type Family = 'ipv4' | 'ipv6';

export interface Link {
  readonly name: string;
  /** Bridge that it is a port of. */
  readonly master: string | undefined;
  /** e.g. `172.17.0.1/24`. */
  readonly addresses: readonly string[];
}

const IpAddress = z.array(
  z.object({
    ifname: z.string(),
    master: z.string().optional(),
    addr_info: z.array(z.object({ family: z.string(), local: z.string(), prefixlen: z.number() })),
  }),
);

const IpRoute = z.array(z.object({ dst: z.string() }));

const FIREWALL_PROGRAMS = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;

/** Seconds that a firewall change waits for another program's. */
const FIREWALL_LOCK_TIMEOUT = '10';

const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

/** The network as `ip` and `iptables` show and change it. */
export function createMachineNetwork(commands: CommandRunner): MachineNetwork {
  return {
    links: () => readLinks(commands),
    async occupiedRanges() {
      const links = await readLinks(commands);
      const routes = IpRoute.parse(parseJson(await commands.run('ip', ['-4', '-j', 'route', 'show', 'table', 'all'])));
      const routed = routes.map(({ dst }) => dst).filter((destination) => /^[\d.]+(?:\/\d+)?$/.test(destination));
      return [...new Set([...links.flatMap(({ addresses }) => addresses), ...routed])];
    },
    async addBridge(name, address) {
      await commands.run('ip', ['link', 'add', 'name', name, 'type', 'bridge']);
      await commands.run('ip', ['address', 'add', address, 'dev', name]);
      await commands.run('ip', ['link', 'set', name, 'up']);
    },
    async removeLinks(names) {
      for (const name of names) {
        try {
          await commands.run('ip', ['link', 'delete', 'dev', name]);
        } catch (error) {
          // The kernel removes the links of a namespace that ended by itself, perhaps just now.
          if ((await readLinks(commands)).some((link) => link.name === name)) throw error;
        }
      }
    },
    async firewall(family) {
      if (family === 'ipv6' && !(await hasIpv6())) return '';
      return await commands.run(`${FIREWALL_PROGRAMS[family]}-save`, []);
    },
    async changeFirewall(family, script) {
      const parameters = ['--noflush', '--wait', FIREWALL_LOCK_TIMEOUT];
      await commands.run(`${FIREWALL_PROGRAMS[family]}-restore`, parameters, { input: script });
    },
    forwarding: async () => (await readFile(FORWARDING, 'utf8')).trim(),
    setForwarding: (value) => writeFile(FORWARDING, value),
    async identity() {
      const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
      return `${boot.trim()} ${await readlink('/proc/self/ns/net')}`;
    },
  };
}

/** Without IPv6 in the kernel, `ip6tables-save` fails. */
async function hasIpv6(): Promise<boolean> {
  try {
    await access('/proc/net/if_inet6');
    return true;
  } catch {
    return false;
  }
}

async function readLinks(commands: CommandRunner): Promise<readonly Link[]> {
  const output = await commands.run('ip', ['-j', 'address', 'show']);
  return IpAddress.parse(parseJson(output)).map((link) => ({
    name: link.ifname,
    master: link.master,
    addresses: link.addr_info
      .filter(({ family }) => family === 'inet')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  }));
}
