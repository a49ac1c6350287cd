import { hasErrorCode } from '@device-supervisor/errors';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { CommandRunner } from '../command-runner.ts';
import { NETWORK_PREFIX, type AddressPlan } from './address-plan.ts';
import type { EnginePaths } from './engine-paths.ts';
import { readProcess, type ProcessInfo } from './processes.ts';

/** The running `dockerd` of a directory; another process may have started it. */
export async function findEngineProcess(paths: EnginePaths): Promise<ProcessInfo | undefined> {
  let text: string;
  try {
    text = await readFile(paths.pidFile, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const process = await readProcess(Number.parseInt(text, 10));
  const [program = '', ...parameters] = process?.commandLine ?? [];
  return basename(program) === 'dockerd' && parameters.includes(paths.pidFile) ? process : undefined;
}

/** Starts a `dockerd` that outlives us. Rejects when the program cannot be executed. */
export async function spawnEngine(
  paths: EnginePaths,
  options: {
    readonly addresses: AddressPlan;
    readonly commands: CommandRunner;
    readonly version: string;
    readonly settings: Readonly<Record<string, unknown>>;
  },
): Promise<ProcessInfo> {
  await mkdir(dirname(paths.logFile), { recursive: true });
  await rename(paths.logFile, `${paths.logFile}.1`).catch(ignoreAbsent);
  await rm(paths.pidFile, { force: true });
  await writeFile(
    paths.configuration,
    JSON.stringify({ ...options.settings, ...engineConfiguration(paths, options.version) }),
  );
  await using log = await open(paths.logFile, 'w', 0o600);
  const { environment } = options.commands;
  const child = spawn('dockerd', [...engineArguments(paths, options.addresses)], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    cwd: '/',
    env: { ...environment, PATH: `${paths.programs}:${environment['PATH']}` },
  });
  await once(child, 'spawn');
  child.unref();
  const pid = child.pid ?? 0;
  return (await readProcess(pid)) ?? { pid, parent: process.pid, startTime: 0, commandLine: [] };
}

/** The command line of a private `dockerd`. */
export function engineArguments(paths: EnginePaths, addresses: AddressPlan): readonly string[] {
  const options = {
    '--config-file': paths.configuration,
    '--data-root': paths.data,
    '--exec-root': paths.exec,
    '--pidfile': paths.pidFile,
    '--host': `unix://${paths.socket}`,
    '--bridge': paths.bridge,
    '--default-address-pool': `base=${addresses.pool},size=${NETWORK_PREFIX}`,
    '--containerd-namespace': paths.containerdNamespace,
    '--containerd-plugins-namespace': `${paths.containerdNamespace}-plugins`,
    // With cgroups as files, the parent below is the same on machines with and without systemd.
    '--exec-opt': 'native.cgroupdriver=cgroupfs',
    '--cgroup-parent': paths.cgroupParent,
  };
  return Object.entries(options).flat();
}

/** A configuration file of its own, so that the machine's `/etc/docker/daemon.json` does not count. */
function engineConfiguration(paths: EnginePaths, version: string): object {
  // Version 20 writes a key to /etc/docker unless this option names another place; later ones have neither key nor option.
  return version.startsWith('20.') ? { 'deprecated-key-path': paths.trustKey } : {};
}

function ignoreAbsent(error: unknown): void {
  if (!hasErrorCode(error, 'ENOENT')) throw error;
}
