import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFirewall,
  FirewallFailedError,
  FirewallSettingError,
  FirewallToolMissingError,
  type Firewall,
  type FirewallEvent,
  type FirewallOptions,
} from './index.ts';

const OFF = { localMode: false, apiPort: 48_484, usesHostNetwork: false };

let directory: string;
let clock: FakeClock;
let events: FirewallEvent[];
let firewall: Firewall;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'firewall-'));
  for (const name of ['iptables', 'ip6tables']) installTools(name);
  writeFileSync(join(directory, 'if_inet6'), '');
  writeFileSync(join(directory, 'ip_tables_names'), '');
  clock = createFakeClock();
  events = [];
  firewall = create();
});
afterEach(async () => {
  await firewall[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe('apply', () => {
  it.each([
    ['on', false, 'REJECT'],
    ['off', true, 'RETURN'],
    ['auto', false, 'RETURN'],
    ['auto', true, 'REJECT'],
  ] as const)('%s, with a service on the host network: %s → %s', async (mode, usesHostNetwork, expected) => {
    expect(await firewall.apply(mode, { ...OFF, usesHostNetwork })).toEqual([]);
    for (const family of ['iptables', 'ip6tables']) expect(kernel(family).at(-1)).toContain(`-j ${expected}`);
  });

  it('runs nothing when it is asked for what it did last', async () => {
    await firewall.apply('off', OFF);
    const before = calls();
    expect(await firewall.apply('auto', OFF)).toEqual([]);
    expect(calls()).toEqual(before);
    await firewall.apply('on', OFF);
    expect(calls()).not.toEqual(before);
  });

  it('writes nothing when the kernel has the rules already, such as those of an earlier run', async () => {
    await firewall.apply('on', OFF);
    const second = create();
    await second.apply('on', OFF);
    expect(calls().filter((call) => call.startsWith('iptables-restore'))).toHaveLength(1);
    await second[Symbol.asyncDispose]();
  });

  it('knows its rules again when the tool prints them otherwise', async () => {
    installTools('iptables', { print: "sed 's/RELATED,ESTABLISHED/ESTABLISHED,RELATED/'" });
    await firewall.apply('on', OFF);
    await firewall.check();
    expect(calls().filter((call) => call.startsWith('iptables-restore'))).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('does one after the other, so that the last one stays', async () => {
    await Promise.all([firewall.apply('on', OFF), firewall.check(), firewall.apply('off', OFF)]);
    expect(kernel('iptables').at(-1)).toContain('RETURN');
    expect(events).toEqual([]);
  });

  it.each([0, 65_536, 1.5, Number.NaN])('refuses %s as a port', async (apiPort) => {
    await expect(firewall.apply('off', { ...OFF, apiPort })).rejects.toThrow(FirewallSettingError);
    expect(calls()).toEqual([]);
  });

  it.each(['a b', 'eth0\n-j ACCEPT', '', '-j', 'sixteen-letters-'])('refuses %o as an interface', async (name) => {
    await using other = create({ apiInterfaces: ['lo', name] });
    await expect(other.apply('off', OFF)).rejects.toMatchObject({ details: { setting: 'apiInterfaces' } });
    expect(calls()).toEqual([]);
  });
});

describe('a check', () => {
  it('runs every minute, and restores rules that another program flushed', async () => {
    await firewall.apply('on', OFF);
    writeFileSync(join(directory, 'iptables.rules'), '-P INPUT ACCEPT\n');
    clock.advance(60_000);
    await firewall.apply('on', OFF);
    expect(kernel('iptables').at(-1)).toContain('REJECT');
    expect(events).toEqual([{ kind: 'restored', family: 'IPv4' }]);
    expect(clock.pending).toBe(1);
  });

  it('does nothing before anything was asked for, and none comes after the end', async () => {
    expect(await firewall.check()).toEqual([]);
    await firewall.apply('on', OFF);
    await firewall[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
    const before = calls();
    await firewall.check();
    expect(calls()).toEqual(before);
    expect(kernel('iptables').at(-1)).toContain('REJECT');
  });
});

describe('a failure', () => {
  it('of one family leaves the other protected, is reported once, and tried again', async () => {
    rmSync(join(directory, 'ip6tables'));
    const problems = await firewall.apply('on', OFF);
    expect(problems).toEqual([expect.any(FirewallToolMissingError)]);
    expect(problems[0]).toMatchObject({
      details: { family: 'IPv6', program: join(directory, 'ip6tables') },
      hint: expect.stringContaining('Install'),
    });
    expect(kernel('iptables').at(-1)).toContain('REJECT');
    expect(await firewall.apply('on', OFF)).toEqual(problems);
    await firewall.check();
    expect(events).toEqual([{ kind: 'failed', family: 'IPv6', problem: problems[0] }]);

    installTools('ip6tables');
    clock.advance(60_000);
    expect(await firewall.apply('on', OFF)).toEqual([]);
    expect(kernel('ip6tables').at(-1)).toContain('REJECT');
    expect(events.at(-1)).toEqual({ kind: 'recovered', family: 'IPv6' });
  });

  it('reports what the tool printed', async () => {
    installTools('iptables', { restore: 'echo "can\'t initialize: Permission denied" >&2; exit 3' });
    const [problem] = await firewall.apply('on', OFF);
    expect(problem).toBeInstanceOf(FirewallFailedError);
    expect(problem?.message).toMatch(/IPv4.*exit code 3: can't initialize: Permission denied$/);
    expect(problem).toMatchObject({ details: { exitCode: 3 } });
  });

  it('is no failure where the host does not speak IPv6', async () => {
    rmSync(join(directory, 'if_inet6'));
    rmSync(join(directory, 'ip6tables'));
    expect(await firewall.apply('on', OFF)).toEqual([]);
  });
});

describe('the packet filter', () => {
  beforeEach(() => {
    installTools('iptables-legacy');
    installTools('iptables-nft');
  });

  it('is the older one where the host uses that, and nothing of ours stays in the newer one', async () => {
    await firewall.apply('on', OFF);
    writeFileSync(join(directory, 'iptables-nft.rules'), readFileSync(join(directory, 'iptables.rules')));
    writeFileSync(join(directory, 'ip_tables_names'), 'nat\nfilter\n');
    await using later = create();
    await later.apply('off', OFF);
    expect(kernel('iptables-legacy').at(-1)).toContain('RETURN');
    expect(calls().at(-1)).toMatch(/^iptables-nft-restore/);
    expect(existsSync(join(directory, 'ip6tables-legacy.rules'))).toBe(false);
  });

  it('is the only one there is where it has no name of its own', async () => {
    rmSync(join(directory, 'iptables-legacy'));
    writeFileSync(join(directory, 'ip_tables_names'), 'filter\n');
    expect(await firewall.apply('on', OFF)).toEqual([]);
    expect(kernel('iptables').at(-1)).toContain('REJECT');
  });

  it('is the one that was asked for', async () => {
    await using nft = create({ variant: 'nft' });
    writeFileSync(join(directory, 'if_inet6'), '');
    const problems = await nft.apply('on', OFF);
    expect(kernel('iptables-nft').at(-1)).toContain('REJECT');
    expect(problems).toMatchObject([{ details: { program: join(directory, 'ip6tables-nft') } }]);
  });
});

function create(options: Partial<FirewallOptions> = {}): Firewall {
  return createFirewall({ clock, directory, procNet: directory, report: (event) => events.push(event), ...options });
}

/** Programs that keep their rules in a file, and record how they were called. */
function installTools(name: string, { print = 'cat', restore = '' } = {}): void {
  const rules = join(directory, `${name}.rules`);
  const told = `echo "$(basename "$0") $*" >> ${join(directory, 'calls')}`;
  const list = `${told}\n[ -e ${rules} ] && ${print} < ${rules} || echo "-P INPUT ACCEPT"`;
  const load = `${told}
${restore}
( echo "-N BALENA-FIREWALL"; echo "-A INPUT -j BALENA-FIREWALL"; grep ^-A ) > ${rules}.new
mv ${rules}.new ${rules}`;
  for (const [program, script] of [
    [name, list],
    [`${name}-restore`, load],
  ] as const) {
    writeFileSync(join(directory, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, program), 0o755);
  }
}

/** Lines of the rules that the kernel has. */
function kernel(name: string): string[] {
  return readFileSync(join(directory, `${name}.rules`), 'utf8')
    .trim()
    .split('\n');
}

/** In order, programs with their arguments. */
function calls(): string[] {
  const path = join(directory, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}
