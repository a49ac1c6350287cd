import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { RESULTS_VARIABLE } from './progress-reporter.ts';
import { readReport, type TestCounts } from './read-report.ts';
import { resultsOf, type Step } from './steps.ts';
import { selectPackages } from './unchanged/passed-packages.ts';

export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** The output of the step that is not printed yet, and the reason of the failure where the output has none. */
  readonly output: string;
  /** Tests that were not run, because they passed before and nothing that they depend on has changed since. */
  readonly unchanged: number;
  /** Seconds. */
  readonly elapsed: number;
}

export interface StepOptions {
  /** The repository. */
  readonly root: string;
  /** Passes the end of the run on to the step, which is waited for. */
  readonly signal: AbortSignal;
  /** Called with text for the reader, line ends included. */
  write(text: string): void;
}

/** Milliseconds from the request to end to the end by force. */
const GRACE = 30_000;
/** Milliseconds for the rest of the output after the end of a step: a process that it left behind may hold the pipe. */
const LAST_WORDS = 2_000;

/** Runs one step; its output goes to `.state/log/check-<name>.log`. A check counts as one test. */
export async function runStep(step: Step, { root, signal, write }: StepOptions): Promise<StepResult> {
  const started = performance.now();
  const log = join(root, '.state/log', `check-${step.name}.log`);
  const results = join(root, resultsOf(step.name));
  for (const path of [log, results]) await mkdir(dirname(path), { recursive: true });
  await rm(results, { force: true });
  const selection = step.skipsUnchanged ? selectPackages(root) : null;
  if (selection?.paths.length === 0) return unchanged(selection.unchanged, started);
  const command: Step['command'] = [...step.command, ...(selection?.paths ?? [])];
  const reason = await failureOf({ ...step, command }, { root, log, results, signal, write });
  const counts = step.countsTests ? await readReport(results) : NO_TESTS;
  // Vitest ends with 1 when tests failed; anything else means that files may be missing.
  if (counts.isWhole && (reason === null || reason === 'exit code 1')) selection?.remember(counts.files);
  const judged = judge(step, counts, reason);
  return {
    passed: judged.passed + (selection?.unchanged ?? 0),
    failed: judged.failed,
    unchanged: selection?.unchanged ?? 0,
    output: [
      ...(step.countsTests ? [] : [stripVTControlCharacters(await readFile(log, 'utf8'))]),
      ...counts.remarks,
      ...(reason === null ? [] : [reason]),
    ].join('\n'),
    elapsed: (performance.now() - started) / 1000,
  };
}

const NO_TESTS: TestCounts = { passed: 0, failed: 0, remarks: [], files: [], isWhole: false };

function unchanged(tests: number, started: number): StepResult {
  return { passed: tests, failed: 0, unchanged: tests, output: '', elapsed: (performance.now() - started) / 1000 };
}

/** A failure that no test accounts for counts as one. */
function judge(step: Step, { passed, failed }: TestCounts, reason: string | null): { passed: number; failed: number } {
  if (!step.countsTests) return reason === null ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return { passed, failed: failed === 0 && reason !== null ? 1 : failed };
}

/** Runs the command. `null`: it succeeded. */
async function failureOf(
  { command: [program, ...args], countsTests }: Step,
  { root, log, results, signal, write }: StepOptions & { readonly log: string; readonly results: string },
): Promise<string | null> {
  await using output = await open(log, 'w');
  const stdio = countsTests ? 'pipe' : output.fd;
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', stdio, stdio],
    // Snapshots are not written; most tools leave out colours.
    env: { ...process.env, CI: 'true', NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1', [RESULTS_VARIABLE]: results },
  });
  const shown = Promise.all([child.stdout, child.stderr].map((stream) => show(stream, output, write)));
  using _ending = endOn(signal, (how) => child.kill(how));
  try {
    await once(child, 'spawn');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  } catch (error) {
    return `cannot run ${program}: ${error instanceof Error ? error.message : String(error)}`;
  }
  await Promise.race([shown, delay(LAST_WORDS, undefined, { ref: false })]);
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  if (child.exitCode === 0) return null;
  return child.signalCode === null ? `exit code ${child.exitCode}` : `ended by ${child.signalCode}`;
}

/** Copies the output of a step that runs tests to its log and to the reader. */
async function show(stream: Readable | null, log: FileHandle, write: (text: string) => void): Promise<void> {
  for await (const chunk of stream?.setEncoding('utf8') ?? []) {
    const text = String(chunk);
    write(text);
    await log.appendFile(text);
  }
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
