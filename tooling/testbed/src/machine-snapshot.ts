import { hasErrorCode } from '@device-supervisor/errors';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { createCommandRunner, listEngineCgroups, type CommandRunner } from '@device-supervisor/local-engine';
import * as z from 'zod';

/** The parts of a machine that container engines change, as sorted lists: equal snapshots mean that nothing was left behind. */
export interface MachineSnapshot {
  readonly links: readonly string[];
  /** `ip -4 address`, one per address. */
  readonly addresses: readonly string[];
  /** Rules, chains and policies other than `ACCEPT`, of both families. */
  readonly firewall: readonly string[];
  readonly forwarding: string;
  /** Mount points in the temporary directory, and where engines of the system have theirs. */
  readonly mounts: readonly string[];
  /** Command lines of container engines and their parts, and of registries. */
  readonly processes: readonly string[];
  /** Cgroups of the engines in the temporary directory: the hierarchies are the whole machine's, in any namespace. */
  readonly cgroups: readonly string[];
  /** Sockets of containers' shims. */
  readonly shimSockets: readonly string[];
}

const IpLink = z.array(z.object({ ifname: z.string() }));

const ENGINE_PROGRAM = /^(?:dockerd|containerd.*|runc|docker-proxy|docker-registry)$/;

export async function snapshotMachine(): Promise<MachineSnapshot> {
  const commands = createCommandRunner(process.env);
  const mountInfo = (await readFile('/proc/self/mountinfo', 'utf8')).trimEnd().split('\n');
  const links = IpLink.parse(JSON.parse(await commands.run('ip', ['-j', 'link', 'show'])));
  const addresses = await commands.run('ip', ['-o', '-4', 'address', 'show']);
  return {
    links: links.map(({ ifname }) => ifname).toSorted(),
    addresses: addresses
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(1, 4).join(' '))
      .toSorted(),
    firewall: [...(await firewall(commands, 'iptables')), ...(await firewall(commands, 'ip6tables'))],
    forwarding: (await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim(),
    mounts: mountInfo
      .map((line) => line.split(' ')[4] ?? '')
      .filter(isWhereEnginesMount)
      .toSorted(),
    processes: await engineProcesses(),
    cgroups: (await listEngineCgroups(tmpdir())).toSorted(),
    shimSockets: (await list('/run/containerd/s')).toSorted(),
  };
}

/** Mounts of other programs elsewhere change at any time. */
function isWhereEnginesMount(path: string): boolean {
  return [tmpdir(), '/run', '/var/run', '/var/lib'].some((directory) => path.startsWith(`${directory}/`));
}

async function firewall(commands: CommandRunner, program: string): Promise<readonly string[]> {
  let table = '';
  return (await commands.run(`${program}-save`, []))
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('*')) table = line;
      const tells = line.startsWith('-A') || (line.startsWith(':') && !line.includes(' ACCEPT '));
      return tells ? [`${program} ${table} ${line.replace(/ \[\d+:\d+\]$/, '')}`] : [];
    })
    .toSorted();
}

async function engineProcesses(): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines
    .map((line) => line.split('\0').slice(0, -1))
    .filter(([program = '']) => ENGINE_PROGRAM.test(basename(program)))
    .map((words) => words.join(' '))
    .toSorted();
}

async function list(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
