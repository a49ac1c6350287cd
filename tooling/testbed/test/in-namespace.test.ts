import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listProcesses, removeEngineCgroups } from '@device-supervisor/local-engine';
import { snapshotMachine, waitFor, type MachineSnapshot } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const NODE = [process.execPath, '--conditions=@device-supervisor/source'] as const;
const LAUNCHER = fileURLToPath(new URL('../src/in-namespace.ts', import.meta.url));
const HELD_RUN = fileURLToPath(new URL('held-run.ts', import.meta.url));

interface Run {
  readonly launcher: ChildProcess;
  /** Temporary directory of the run. */
  readonly directory: string;
  /** Of our namespaces, while the run is under way. */
  readonly during: MachineSnapshot;
}

let workingDirectory: string;
let before: MachineSnapshot;

beforeEach(async () => {
  workingDirectory = await mkdtemp(join(tmpdir(), 'launcher-'));
  before = await snapshotMachine();
});

afterEach(() => rm(workingDirectory, { recursive: true, force: true }));

async function start(then: 'wait' | 'fail' | 'succeed'): Promise<Run> {
  const launcher = spawn(process.execPath, [NODE[1], LAUNCHER, '--', ...NODE, HELD_RUN, then], {
    cwd: workingDirectory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: launcher.stdout }), 'line');
  return { launcher, directory: String(line).replace('ready ', ''), during: await snapshotMachine() };
}

async function artefacts(): Promise<readonly string[]> {
  const directory = join(workingDirectory, '.state/artefacts');
  return existsSync(directory) ? await readdir(directory, { recursive: true }) : [];
}

describe('a run in namespaces', () => {
  it('leaves nothing behind when it succeeds, also with a paused container', async () => {
    const { launcher, directory } = await start('succeed');
    if (launcher.exitCode === null) await once(launcher, 'exit');
    expect(launcher.exitCode).toBe(0);
    expect(await snapshotMachine()).toEqual(before);
    expect(existsSync(directory)).toBe(false);
    expect(await artefacts()).toEqual([]);
  });

  it('keeps its artefacts when it fails, and passes on the exit code', async () => {
    const { launcher, directory } = await start('fail');
    if (launcher.exitCode === null) await once(launcher, 'exit');
    expect(launcher.exitCode).toBe(3);
    expect(await snapshotMachine()).toEqual(before);
    expect(existsSync(directory)).toBe(false);
    const kept = await artefacts();
    expect(kept.some((path) => path.endsWith('held/note.txt'))).toBe(true);
    expect(kept.some((path) => path.endsWith('dockerd.log'))).toBe(true);
  });

  it('passes on the request to end', async () => {
    const { launcher, during } = await start('wait');
    expect(during.cgroups.length).toBeGreaterThan(before.cgroups.length);
    expect(during.processes.length).toBeGreaterThan(before.processes.length);
    expect(during.links).toEqual(before.links);
    expect(during.firewall).toEqual(before.firewall);
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
    expect(launcher.exitCode).toBe(7);
    expect(await snapshotMachine()).toEqual(before);
  });

  it('leaves nothing behind when the launcher is killed', async () => {
    const { launcher, directory } = await start('wait');
    launcher.kill('SIGKILL');
    await waitFor('the temporary directory to be gone', () => !existsSync(directory));
    expect(await snapshotMachine()).toEqual(before);
  });

  it('takes all engines along when its keeper is killed, too, and then leaves only files and cgroups', async () => {
    const { launcher, directory } = await start('wait');
    const keeper = (await listProcesses()).find(({ parent }) => parent === launcher.pid);
    for (const pid of [launcher.pid, keeper?.pid]) process.kill(pid ?? 0, 'SIGKILL');
    await waitFor('the engine to be gone', snapshotMachine, {
      until: ({ processes }) => processes.length === before.processes.length,
    });
    expect(await removeEngineCgroups(directory)).toEqual([]);
    await rm(directory, { recursive: true });
    expect(await snapshotMachine()).toEqual(before);
  });
});
