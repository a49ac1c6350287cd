import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { readReport, type TestCounts } from './read-report.ts';
import { reportOf, type Step } from './steps.ts';

export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** What the step printed, and why it counts as failed where that says nothing. */
  readonly output: string;
  /** Seconds. */
  readonly elapsed: number;
}

export interface StepOptions {
  /** The repository. */
  readonly root: string;
  /** Passes the end of the run on to the step, which is waited for. */
  readonly signal: AbortSignal;
}

/** Milliseconds from the request to end to the end by force. */
const GRACE = 30_000;

/** Runs one step; its output goes to `.state/log/check-<name>.log`. A check counts as one test. */
export async function runStep(step: Step, { root, signal }: StepOptions): Promise<StepResult> {
  const started = performance.now();
  const log = join(root, '.state/log', `check-${step.name}.log`);
  const report = join(root, reportOf(step.name));
  for (const path of [log, report]) await mkdir(dirname(path), { recursive: true });
  await rm(report, { force: true });
  const reason = await failureOf(step, { root, log, signal });
  const counts = step.countsTests ? await readReport(report) : NO_TESTS;
  return {
    ...judge(step, counts, reason),
    output: [
      stripVTControlCharacters(await readFile(log, 'utf8')),
      ...counts.remarks,
      ...(reason === null ? [] : [reason]),
    ].join('\n'),
    elapsed: (performance.now() - started) / 1000,
  };
}

const NO_TESTS: TestCounts = { passed: 0, failed: 0, remarks: [] };

/** A failure that no test accounts for counts as one. */
function judge(step: Step, { passed, failed }: TestCounts, reason: string | null): { passed: number; failed: number } {
  if (!step.countsTests) return reason === null ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return { passed, failed: failed === 0 && reason !== null ? 1 : failed };
}

/** Runs the command. `null`: it succeeded. */
async function failureOf(
  { command: [program, ...args], timeLimit }: Step,
  { root, log, signal }: StepOptions & { readonly log: string },
): Promise<string | null> {
  await using output = await open(log, 'w');
  const limit = AbortSignal.timeout(timeLimit * 60_000);
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', output.fd, output.fd],
    // Snapshots are not written; most tools leave out colours.
    env: { ...process.env, CI: 'true', NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' },
  });
  using _ending = endOn(AbortSignal.any([signal, limit]), (how) => child.kill(how));
  try {
    await once(child, 'spawn');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  } catch (error) {
    return `cannot run ${program}: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (limit.aborted) return `took longer than ${timeLimit} minutes`;
  if (child.exitCode === 0) return null;
  return child.signalCode === null ? `exit code ${child.exitCode}` : `ended by ${child.signalCode}`;
}

/** Asks for the end when the signal says so, and makes it so after a while. */
function endOn(signal: AbortSignal, kill: (how: 'SIGTERM' | 'SIGKILL') => void): Disposable {
  let force: NodeJS.Timeout | undefined;
  const ask = (): void => {
    kill('SIGTERM');
    force = setTimeout(() => kill('SIGKILL'), GRACE);
  };
  signal.addEventListener('abort', ask);
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', ask);
      clearTimeout(force);
    },
  };
}
