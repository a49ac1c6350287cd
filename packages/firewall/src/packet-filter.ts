import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FirewallFailedError, FirewallToolMissingError } from './errors.ts';
import type { IpFamily } from './firewall-rules.ts';
import { readListing, type Listing } from './rule-text.ts';

/** Which of the kernel's two packet filters; a machine's `iptables` is one or the other. */
export type FilterVariant = 'nft' | 'legacy';

export interface PacketFilterOptions {
  readonly family: IpFamily;
  /** `null`: the machine's own choice. */
  readonly variant: FilterVariant | null;
  /** Directory of the programs; `null`: they are on the PATH. */
  readonly directory: string | null;
}

/** The filter table of one address family. */
export interface PacketFilter {
  /** @throws FirewallToolMissingError, FirewallFailedError */
  list(): Promise<Listing>;
  /**
   * Makes all changes of the input, or none.
   * @throws FirewallToolMissingError, FirewallFailedError
   */
  restore(input: string): Promise<void>;
}

export function createPacketFilter({ family, variant, directory }: PacketFilterOptions): PacketFilter {
  const name = PROGRAM[family] + (variant === null ? '' : `-${variant}`);
  const run = (program: string, args: readonly string[], input: string): Promise<string> =>
    runProgram({ family, program: directory === null ? program : join(directory, program), args, input });
  return {
    list: async () => readListing(await run(name, [...WAIT_FOR_LOCK, '-S'], '')),
    async restore(input) {
      await run(`${name}-restore`, [...WAIT_FOR_LOCK, '--noflush'], input);
    },
  };
}

/** Whether the kernel's older packet filter has been used for this family, which asking `iptables-legacy` would do. */
export async function legacyInUse(family: IpFamily, procNet: string): Promise<boolean> {
  const [tables] = await Promise.allSettled([readFile(join(procNet, LEGACY_TABLES[family]), 'utf8')]);
  return tables.status === 'fulfilled' && tables.value.split('\n').includes('filter');
}

/** Whether this host speaks the family at all. */
export async function familyInUse(family: IpFamily, procNet: string): Promise<boolean> {
  if (family === 'IPv4') return true;
  const [present] = await Promise.allSettled([access(join(procNet, 'if_inet6'))]);
  return present.status === 'fulfilled';
}

const PROGRAM = { IPv4: 'iptables', IPv6: 'ip6tables' } as const;
const LEGACY_TABLES = { IPv4: 'ip_tables_names', IPv6: 'ip6_tables_names' } as const;
/** Seconds to wait for others that change rules. */
const WAIT_FOR_LOCK = ['-w', '10'] as const;
/** Milliseconds after which a program hangs. */
const TIME_LIMIT = 30_000;
/** Bytes: a host with some 100,000 rules. */
const MAX_OUTPUT = 16 * 1024 * 1024;
/** Characters of standard error that go into an error. */
const MAX_STDERR = 1_000;

interface ProgramRun {
  readonly family: IpFamily;
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
}

/** @returns what it printed */
async function runProgram({ family, program, args, input }: ProgramRun): Promise<string> {
  const { error, stdout, stderr } = await runToEnd(program, args, input);
  if (error === null) return stdout;
  if (error.code === 'ENOENT' || error.code === 'EACCES') throw new FirewallToolMissingError(family, program, error);
  const exitCode = typeof error.code === 'number' ? error.code : null;
  throw new FirewallFailedError({ family, program, exitCode, stderr: stderr.trim().slice(-MAX_STDERR) }, error);
}

interface ProgramEnd {
  readonly error: (Error & { readonly code?: unknown }) | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runToEnd(program: string, args: readonly string[], input: string): Promise<ProgramEnd> {
  const { promise, resolve } = Promise.withResolvers<ProgramEnd>();
  const options = { timeout: TIME_LIMIT, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT } as const;
  try {
    const child = execFile(program, args, options, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
    // It may end without reading all: how it ended says more than that.
    child.stdin?.on('error', () => child.stdin?.destroy());
    child.stdin?.end(input);
  } catch (error) {
    // Some failures, such as a lack of memory, are thrown at once.
    resolve({ error: error instanceof Error ? error : new Error(String(error)), stdout: '', stderr: '' });
  }
  return promise;
}
