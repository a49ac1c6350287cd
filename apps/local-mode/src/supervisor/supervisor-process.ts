import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PortTakenError, SupervisorLostError } from '../errors.ts';
import { identifyProcess, isRunning, signalProcess, type ProcessIdentity } from '../session/process-identity.ts';
import { createLocalClient } from './supervisor-client.ts';

export interface SupervisorSetup {
  /** The program's file. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly logFile: string;
}

/** How long a supervisor on a slow, busy machine takes to answer, in milliseconds. */
const READY_DEADLINE = 60_000;
/** How long it takes to finish what it is at, in milliseconds. */
const STOP_DEADLINE = 20_000;
/** Between two looks at a process that announces nothing, in milliseconds. */
const LOOK_INTERVAL = 50;
/** Lines of the log that go into an error. */
const LOG_LINES = 20;

/**
 * Starts a supervisor that outlives this process; its output goes to the log file, that of the one before beside it. It may
 * not answer yet: {@link supervisorAnswers}.
 */
export async function startSupervisor({ program, environment, logFile }: SupervisorSetup): Promise<ProcessIdentity> {
  await rename(logFile, `${logFile}.1`).catch(ignoreAbsent);
  await using log = await open(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [program], {
    // In a session of its own, so that a Ctrl-C of the terminal does not reach it.
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd],
    env: environment,
  });
  await once(child, 'spawn');
  child.unref();
  const identity = await identifyProcess(child.pid ?? 0);
  if (identity === null) throw await lost('ended at once', logFile);
  return identity;
}

/**
 * Waits until a supervisor answers.
 *
 * @throws SupervisorLostError when it ends before, or does not answer in time
 * @throws PortTakenError when another program was faster to take its port
 */
export async function supervisorAnswers(
  process: ProcessIdentity,
  { port, logFile }: Pick<SupervisorSetup, 'port' | 'logFile'>,
  signal: AbortSignal,
): Promise<void> {
  const client = createLocalClient(port);
  const end = performance.now() + READY_DEADLINE;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const running = await isRunning(process);
    if (running && (await client.isAlive())) return;
    if (!running) {
      const error = await lost('ended before it was ready', logFile);
      throw error.details.log.includes('EADDRINUSE') ? new PortTakenError(port, error) : error;
    }
    await delay(LOOK_INTERVAL, undefined, { signal });
  }
  throw await lost(`did not answer within ${READY_DEADLINE / 1000} seconds`, logFile);
}

/** Ends a supervisor in order, or by force when that takes too long. */
export async function stopSupervisor(process: ProcessIdentity): Promise<void> {
  for (const kind of ['SIGTERM', 'SIGKILL'] as const) {
    await signalProcess(process, kind);
    const end = performance.now() + STOP_DEADLINE;
    while (performance.now() < end) {
      if (!(await isRunning(process))) return;
      await delay(LOOK_INTERVAL);
    }
  }
}

/** The error of a supervisor that has ended; `null`: it runs. */
export async function endOfSupervisor(process: ProcessIdentity, logFile: string): Promise<SupervisorLostError | null> {
  return (await isRunning(process)) ? null : await lost('ended unexpectedly', logFile);
}

/** The error for a supervisor that has ended, with the end of its log. */
async function lost(reason: string, logFile: string): Promise<SupervisorLostError> {
  const text = await readFile(logFile, 'utf8').catch(ignoreAbsent);
  return new SupervisorLostError(reason, {
    logFile,
    log: (text ?? '').trimEnd().split('\n').slice(-LOG_LINES).join('\n'),
  });
}

function ignoreAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
