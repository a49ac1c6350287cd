import { hasErrorCode } from '@device-supervisor/errors';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '../command-runner.ts';
import { EngineTracesLeftError } from '../errors.ts';
import { pollUntil } from '../poll-until.ts';
import { cgroupProcesses, removeCgroup } from './cgroups.ts';
import type { EnginePaths } from './engine-paths.ts';
import type { MachineNetwork } from './machine-network.ts';
import { readMachineRecord } from './machine-record.ts';
import { unmountBelow } from './mounts.ts';
import { listProcesses, selectEngineProcesses, sendSignal } from './processes.ts';
import { restoreNetwork } from './restore-network.ts';

/** How long killed processes may take to disappear, in milliseconds. */
const KILL_DEADLINE = 10_000;

/** Where a containerd keeps the files of running containers: the engine's own, and one of the system. */
const TASKS = 'io.containerd.runtime.v2.task';
const SYSTEM_CONTAINERD = '/run/containerd';

/**
 * Removes what an engine, stopped or killed, left on the machine: processes, mounts, network interfaces, firewall
 * rules, cgroups, sockets. Its data stays. Does nothing where nothing is left.
 * @throws {@link EngineTracesLeftError}
 */
export async function removeTraces(
  paths: EnginePaths,
  machine: { readonly commands: CommandRunner; readonly network: MachineNetwork },
): Promise<void> {
  const systemTasks = join(SYSTEM_CONTAINERD, TASKS, paths.containerdNamespace);
  const engineTasks = join(paths.exec, 'containerd/daemon', TASKS, paths.containerdNamespace);
  const processes = await killProcesses(paths);
  const shimSockets = [...(await listShimSockets(engineTasks)), ...(await listShimSockets(systemTasks))];
  await unmountBelow([paths.data, paths.exec, systemTasks], machine.commands);
  const record = await readMachineRecord(paths.record);
  if (record !== undefined) await restoreNetwork(record, paths, machine.network);
  const cgroups = await removeCgroup(paths.cgroupParent);
  for (const path of [...shimSockets, systemTasks, paths.exec, paths.socket, paths.pidFile, paths.record]) {
    await rm(path, { recursive: true, force: true });
  }
  if (paths.runtime !== paths.directory) await rm(paths.runtime, { recursive: true, force: true });
  if (processes.length > 0 || cgroups.length > 0) throw new EngineTracesLeftError(processes, cgroups);
}

/** Resolves to the ids of those that survived. */
async function killProcesses(paths: EnginePaths): Promise<readonly number[]> {
  let left: readonly number[] = [];
  await pollUntil(
    async () => {
      const daemons = selectEngineProcesses(await listProcesses(), {
        execDirectory: paths.exec,
        containerdNamespace: paths.containerdNamespace,
      });
      const contained = await cgroupProcesses(paths.cgroupParent);
      left = [...new Set([...daemons.map(({ pid }) => pid), ...contained])];
      for (const pid of left) sendSignal(pid, 'SIGKILL');
      return left.length === 0 ? true : undefined;
    },
    { deadline: KILL_DEADLINE },
  );
  return left;
}

/** Each running container's shim notes its socket, which lies in a directory shared by all engines, in a file. */
async function listShimSockets(tasks: string): Promise<readonly string[]> {
  const sockets: string[] = [];
  for (const id of (await unlessAbsent(() => readdir(tasks))) ?? []) {
    const address = await unlessAbsent(() => readFile(join(tasks, id, 'address'), 'utf8'));
    if (address?.startsWith('unix:///')) sockets.push(address.slice('unix://'.length).trim());
  }
  return sockets;
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
