import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isRunning, parseProcess, readProcess, selectEngineProcesses, sendSignal, waitForExit } from './processes.ts';

const stat = (name: string, state: string): string =>
  `42 (${name}) ${state} 7 42 42 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 98765 0 0`;

describe('parseProcess', () => {
  it('reads parent and start time after any name', () => {
    expect(parseProcess(42, stat('a) R 1 (b', 'S'), 'program\0--option\0\0')).toEqual({
      pid: 42,
      parent: 7,
      startTime: 98765,
      commandLine: ['program', '--option', ''],
    });
  });

  it.each(['Z', 'X'])('does not count one that has ended (%s)', (state) => {
    expect(parseProcess(42, stat('sh', state), '')).toBeUndefined();
  });
});

describe('a process', () => {
  it('runs until it has ended', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const closed = once(child, 'close');
    const info = await readProcess(child.pid ?? 0);
    if (info === undefined) throw new Error('the process is not there');
    expect(info.commandLine).toEqual(['sleep', '60']);
    expect(await isRunning(info)).toBe(true);
    expect(await isRunning({ ...info, startTime: info.startTime - 1 })).toBe(false);
    expect(await waitForExit(info, 50)).toBe(false);
    sendSignal(info.pid, 'SIGKILL');
    expect(await waitForExit(info, 5000)).toBe(true);
    await closed;
    expect(() => sendSignal(info.pid, 'SIGKILL')).not.toThrow();
  });
});

describe('selectEngineProcesses', () => {
  const engine = { execDirectory: '/s/exec', containerdNamespace: 'device-supervisor-1' };
  const process = (pid: number, parent: number, ...commandLine: readonly string[]) => ({
    pid,
    parent,
    startTime: 0,
    commandLine,
  });

  it('takes the daemons and everything below them, whatever the order', () => {
    const processes = [
      process(14, 13, 'sleep', '60'),
      process(13, 12, 'sh'),
      process(12, 1, '/usr/bin/containerd-shim-runc-v2', '-namespace', 'device-supervisor-1', '-id', 'x'),
      process(10, 1, 'dockerd', '--exec-root', '/s/exec'),
      process(11, 10, 'containerd', '--config', '/s/exec/containerd/containerd.toml'),
      process(15, 10, '/usr/sbin/docker-proxy', '-proto', 'tcp'),
    ];
    const selected = selectEngineProcesses(processes, engine).map(({ pid }) => pid);
    expect(selected.toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it("does not touch other engines, and processes that only read the engine's files", () => {
    const processes = [
      process(10, 1, 'dockerd', '--exec-root', '/s/exec2'),
      process(11, 1, 'containerd-shim-runc-v2', '-namespace', 'device-supervisor-12'),
      process(12, 1, 'tail', '-f', '/s/exec/containerd/log'),
      process(13, 1),
    ];
    expect(selectEngineProcesses(processes, engine)).toEqual([]);
  });
});
