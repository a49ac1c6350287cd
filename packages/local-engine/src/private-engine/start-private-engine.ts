import { mkdir, readFile } from 'node:fs/promises';
import { createCommandRunner, type CommandRunner } from '../command-runner.ts';
import { EngineDirectoryInUseError, EngineStartError } from '../errors.ts';
import { pingEngine } from '../ping-engine.ts';
import { pollUntil } from '../poll-until.ts';
import { planAddresses } from './address-plan.ts';
import { enginePaths, type EnginePaths } from './engine-paths.ts';
import { findEngineProcess, spawnEngine } from './engine-process.ts';
import { createMachineNetwork, type MachineNetwork } from './machine-network.ts';
import { recordMachine, writeMachineRecord } from './machine-record.ts';
import { isRunning, sendSignal, waitForExit, type ProcessInfo } from './processes.ts';
import { removeTraces } from './remove-traces.ts';
import { installRuntimeWrapper } from './runtime-wrapper.ts';

/** A `dockerd` of our own. Disposing of it is {@link PrivateEngine.stop}. */
export interface PrivateEngine extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  readonly directory: string;
  readonly logFile: string;
  readonly pid: number;
  /** An earlier process had started it and was killed. */
  readonly reused: boolean;
  /**
   * Stops containers and engine in order, or by force when that takes too long, and removes everything of it from the
   * machine but the files in its directory: processes, mounts, interfaces, firewall rules, cgroups.
   */
  stop(): Promise<void>;
}

export interface PrivateEngineOptions {
  /** Holds images, containers, volumes and the log. One process at a time may use it. */
  readonly directory: string;
  onProgress(message: string): void;
  /** `PATH`, the proxy variables and `GOGC` are passed on, and nothing else. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: `dockerd.log` in the directory. The log of the run before is kept beside it, with `.1` added. */
  readonly logFile?: string;
  /** Gives up starting; what was started is stopped again. */
  readonly signal?: AbortSignal;
  /** How long stopping may take before the engine is killed, in milliseconds. Default: 30 seconds. */
  readonly stopDeadline?: number;
  /** Where sockets go that would have too long a path in the directory. Default: `/run`. */
  readonly runDirectory?: string;
  /** More for its `daemon.json`, e.g. `{ "registry-mirrors": ["http://mirror.local:5000"] }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** An engine with many containers, on a slow disk, takes this long at worst, in milliseconds. */
const READY_DEADLINE = 90_000;

/** More than the 10 seconds that a container gets by default to stop, plus what the engine needs, in milliseconds. */
const STOP_DEADLINE = 30_000;

/** How much of the log goes into an error, in lines. */
const LOG_LINES = 20;

/**
 * Starts a `dockerd`, or takes over the one that a killed process left running in the same directory. Its addresses
 * collide neither with the machine's nor with the supervisor's own network. Two engines in one network namespace get
 * along, except that the second to start cuts off the ports that the first had published at that time.
 *
 * @throws {@link EngineStartError} with the end of the log
 * @throws {@link EngineDirectoryInUseError} when an engine that we cannot see runs there
 * @throws {@link NoFreeAddressRangeError}
 */
export async function startPrivateEngine(options: PrivateEngineOptions): Promise<PrivateEngine> {
  const paths = enginePaths(options.directory, options);
  const commands = createCommandRunner(options.environment ?? {});
  const machine = { commands, network: createMachineNetwork(commands) };
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });

  const running = await takeOver(paths, options.signal);
  if (running !== undefined) {
    options.onProgress(`Using the private engine that is already running in ${paths.directory}`);
    return handle(running, { paths, machine, options, reused: true });
  }
  options.onProgress(`Starting a private container engine in ${paths.directory}`);
  if (paths.runtime !== paths.directory) {
    options.onProgress(`Its sockets go to ${paths.runtime}, because a path in ${paths.directory} would be too long`);
  }
  await removeTraces(paths, machine);
  return handle(await start(paths, machine, options), { paths, machine, options, reused: false });
}

interface Machine {
  readonly commands: CommandRunner;
  readonly network: MachineNetwork;
}

/** The engine that runs in this directory, once it answers; `undefined` when none does, or none that works. */
async function takeOver(paths: EnginePaths, signal: AbortSignal | undefined): Promise<ProcessInfo | undefined> {
  const process = await findEngineProcess(paths);
  if (process !== undefined) return (await becomesReady(paths, process, signal)) ? process : undefined;
  const answer = await pingEngine({ kind: 'unix', socketPath: paths.socket }, signal);
  if (answer.kind === 'answers') throw new EngineDirectoryInUseError(paths.directory, paths.socket);
  return undefined;
}

async function start(
  paths: EnginePaths,
  machine: Machine,
  { signal, settings = {} }: PrivateEngineOptions,
): Promise<ProcessInfo> {
  signal?.throwIfAborted();
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeTraces(paths, machine));
  await mkdir(paths.runtime, { recursive: true, mode: 0o700 });
  await installRuntimeWrapper(paths, (await machine.commands.find('runc')) ?? 'runc');
  const addresses = planAddresses(await machine.network.occupiedRanges());
  await writeMachineRecord(paths.record, await recordMachine(machine.network));
  await machine.network.addBridge(paths.bridge, addresses.bridgeAddress);
  const version = await engineVersion(machine.commands);
  const process = await spawnEngine(paths, { addresses, commands: machine.commands, version, settings });
  if (!(await becomesReady(paths, process, signal))) {
    const reason = (await isRunning(process))
      ? `it did not answer within ${READY_DEADLINE / 1000} seconds`
      : 'dockerd ended';
    throw new EngineStartError(reason, { logFile: paths.logFile, log: await endOfLog(paths.logFile) });
  }
  undo.move();
  return process;
}

/** `dockerd --version` prints `Docker version 20.10.24+dfsg1, build …`. */
async function engineVersion(commands: CommandRunner): Promise<string> {
  return /version (\S+?),/.exec(await commands.run('dockerd', ['--version']))?.[1] ?? '';
}

async function becomesReady(
  paths: EnginePaths,
  process: ProcessInfo,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const state = await pollUntil(
    async () => {
      const answer = await pingEngine({ kind: 'unix', socketPath: paths.socket }, signal);
      if (answer.kind === 'answers') return 'ready';
      return (await isRunning(process)) ? undefined : 'ended';
    },
    { deadline: READY_DEADLINE, signal },
  );
  return state === 'ready';
}

async function endOfLog(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  return text.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
}

function handle(
  process: ProcessInfo,
  context: {
    readonly paths: EnginePaths;
    readonly machine: Machine;
    readonly options: PrivateEngineOptions;
    readonly reused: boolean;
  },
): PrivateEngine {
  const { paths, machine, options, reused } = context;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    if (await isRunning(process)) sendSignal(process.pid, 'SIGTERM');
    await waitForExit(process, options.stopDeadline ?? STOP_DEADLINE);
    await removeTraces(paths, machine);
  };
  return {
    endpoint: `unix://${paths.socket}`,
    directory: paths.directory,
    logFile: paths.logFile,
    pid: process.pid,
    reused,
    stop: () => (stopped ??= stop()),
    [Symbol.asyncDispose]: () => (stopped ??= stop()),
  };
}
