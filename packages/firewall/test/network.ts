import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A request to a peer. */
export type PeerRequest =
  | {
      readonly do: 'serve';
      readonly tcp: readonly number[];
      readonly udp: readonly number[];
      /** Multicast groups that the UDP ports listen to, and the interface that they do it on. */
      readonly groups: readonly { readonly group: string; readonly through: string }[];
    }
  | { readonly do: 'tcp'; readonly host: string; readonly port: number; readonly hold?: string }
  /** Uses a connection that is held. */
  | { readonly do: 'again'; readonly hold: string }
  | { readonly do: 'udp'; readonly host: string; readonly port: number; readonly through?: string };

export type Reached = 'open' | 'refused' | 'no answer';

export interface Peer {
  ask(request: PeerRequest): Promise<string>;
  readonly pid: number;
}

/** A device and what is around it, joined by one cable for each of the device's interfaces. */
export interface TestNetwork extends AsyncDisposable {
  readonly device: Peer;
  readonly outside: Peer;
  /** The device's address on an interface. */
  address(interfaceName: string, family: 'IPv4' | 'IPv6'): string;
  /** Address of the other end of its cable. */
  neighbour(interfaceName: string, family: 'IPv4' | 'IPv6'): string;
  /** Runs a program on the device. @returns what it printed */
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** Runs a program outside. @returns whether it succeeded */
  succeedsOutside(program: string, ...args: readonly string[]): Promise<boolean>;
  /** A directory of programs that run on the device; each may get another script than that. */
  tools(scripts?: Readonly<Record<string, string>>): Promise<string>;
}

const TOOLS = ['iptables', 'ip6tables'].flatMap((name) =>
  ['', '-nft', '-legacy'].flatMap((variant) => [name + variant, `${name}${variant}-restore`]),
);
const execute = promisify(execFile);

/** @param id names the namespaces */
export async function createTestNetwork(id: string, interfaces: readonly string[]): Promise<TestNetwork> {
  await using stack = new AsyncDisposableStack();
  const device = `device-${id}`;
  const outside = `outside-${id}`;
  for (const name of [device, outside]) {
    await execute('ip', ['netns', 'add', name]);
    stack.defer(async () => void (await execute('ip', ['netns', 'delete', name])));
    await execute('ip', ['-netns', name, 'link', 'set', 'lo', 'up']);
  }
  const numberOf = (name: string): number => interfaces.indexOf(name);
  const hostAddress = (name: string, family: 'IPv4' | 'IPv6', host: number): string =>
    family === 'IPv4' ? `198.18.${numberOf(name)}.${host}` : `2001:db8:${numberOf(name)}::${host}`;
  for (const name of interfaces) {
    const other = `far-${numberOf(name)}`;
    await execute('ip', ['-netns', device, 'link', 'add', name, 'type', 'veth', 'peer', other, 'netns', outside]);
    for (const [namespace, link, host] of [
      [device, name, 1],
      [outside, other, 2],
    ] as const) {
      await execute('ip', [
        '-netns',
        namespace,
        'address',
        'add',
        `${hostAddress(name, 'IPv4', host)}/24`,
        'dev',
        link,
      ]);
      const v6 = ['address', 'add', `${hostAddress(name, 'IPv6', host)}/64`, 'dev', link, 'nodad'];
      await execute('ip', ['-netns', namespace, ...v6]);
      await execute('ip', ['-netns', namespace, 'link', 'set', link, 'up']);
    }
  }
  // Else the device says only once in a second that it refuses something.
  for (const limit of ['net.ipv4.icmp_ratelimit', 'net.ipv6.icmp.ratelimit']) {
    await execute('ip', ['netns', 'exec', device, 'busybox', 'sysctl', '-w', `${limit}=0`]);
  }
  const peers = { device: stack.use(startPeer(device)), outside: stack.use(startPeer(outside)) };
  const owned = stack.move();
  return {
    ...peers,
    address: (name, family) => hostAddress(name, family, 1),
    neighbour: (name, family) => hostAddress(name, family, 2),
    run: async (program, ...args) => (await execute('ip', ['netns', 'exec', device, program, ...args])).stdout,
    async succeedsOutside(program, ...args) {
      const [result] = await Promise.allSettled([execute('ip', ['netns', 'exec', outside, program, ...args])]);
      return result.status === 'fulfilled';
    },
    async tools(scripts = {}) {
      const directory = await mkdtemp(join(tmpdir(), 'tools-'));
      for (const name of TOOLS) {
        const script = (scripts[name] ?? 'exec "$@"').replaceAll('"$@"', `ip netns exec ${device} ${name} "$@"`);
        await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`);
        await chmod(join(directory, name), 0o755);
      }
      return directory;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function startPeer(namespace: string): Peer & AsyncDisposable {
  const program = fileURLToPath(new URL('peer.ts', import.meta.url));
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, program],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    // `ip netns exec` becomes the program that it runs.
    pid: child.pid ?? 0,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await answers.next();
      if (answer.done === true) throw new Error(`the peer in ${namespace} has ended`);
      return answer.value;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
