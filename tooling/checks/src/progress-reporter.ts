import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { slowness } from '@device-supervisor/testbed/slowness';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';
import { describeFailure } from './describe-failure.ts';
import type { FileResult } from './test-results.ts';

/** Variable with the path of the file that results are appended to, one line of JSON for each test file. */
export const RESULTS_VARIABLE = 'CHECKS_RESULTS';

/** Milliseconds without a finished test until the running ones are named, and between two such lines. */
const QUIET = 60_000;
/**
 * Milliseconds without a finished test after which the run is given up, on an idle machine: longer than any limit of a
 * single test, so it ends only what vitest itself does not end. On a busy machine time counts less.
 */
const STUCK = 75 * 60_000;
const TICK = 5_000;

/** Progress of a run that several processes share. */
export interface SharedProgress {
  readonly total: number;
  /** Counts one more file as finished. @returns how many are */
  finish(file: string): number;
  /** Seconds of processor time that the tests have used so far, with all that they started. */
  processorSeconds(): number;
}

/** Prints a line for each test file as it ends, with its time, then its failures, and names tests that run for long. */
export class ProgressReporter implements Reporter {
  readonly #shared: SharedProgress | undefined;
  #vitest: Vitest | undefined;
  #files = 0;
  #finished = 0;
  #processorSeconds = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds on an idle machine since a test finished. */
  #idle = 0;
  #lastEnd = performance.now();
  #lastLine = performance.now();
  readonly #running = new Map<string, { readonly name: string; readonly since: number }>();

  constructor(shared?: SharedProgress) {
    this.#shared = shared;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(specifications: readonly unknown[]): void {
    this.#files = specifications.length;
    this.#finished = 0;
    this.#processorSeconds = this.#shared?.processorSeconds() ?? 0;
    this.#timer = setInterval(() => this.#watch(), TICK);
    this.#timer.unref();
  }

  onTestCaseReady(test: TestCase): void {
    this.#running.set(test.id, { name: `${this.#pathOf(test.module)} > ${test.fullName}`, since: performance.now() });
  }

  onTestCaseResult(test: TestCase): void {
    this.#running.delete(test.id);
    this.#idle = 0;
    this.#lastEnd = performance.now();
  }

  onTestModuleEnd(module: TestModule): void {
    const result = this.#resultOf(module);
    const { file, passed, failed, skipped } = result;
    this.#finished++;
    const [finished, total] = this.#shared
      ? [this.#shared.finish(file), this.#shared.total]
      : [this.#finished, this.#files];
    const isFine = failed + skipped === 0 && module.state() === 'passed';
    const faults = [failed === 0 ? [] : [`${failed} failed`], skipped === 0 ? [] : [`${skipped} skipped`]].flat();
    const counts = [`${passed + failed + skipped} tests`, ...faults].join(', ');
    const times = [`${result.seconds.toFixed(1)} s`, ...describeProcessorTime(result)].join(', ');
    this.#say(`${isFine ? '✓' : '✗'} ${file}  ${counts}, ${times}  (${finished}/${total})`);
    const root = this.#vitest?.config.root ?? process.cwd();
    if (!isFine) for (const text of describeFailure(module, root)) this.#say(text);
    record(result);
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    clearInterval(this.#timer);
    for (const { message, stack } of errors) record({ error: stack ?? message });
  }

  #watch(): void {
    this.#idle += TICK / slowness();
    const now = performance.now();
    if (now - Math.max(this.#lastEnd, this.#lastLine) >= QUIET) this.#say(`… ${this.#describeRunning(now)}`);
    if (this.#idle < STUCK) return;
    record({ error: `no test has finished for ${wholeSeconds(now - this.#lastEnd)} s: ${this.#describeRunning(now)}` });
    void this.#vitest?.exit(true);
  }

  #describeRunning(now: number): string {
    const running = [...this.#running.values()].map(({ name, since }) => `${name} (${wholeSeconds(now - since)} s)`);
    return running.length === 0
      ? `no test has finished for ${wholeSeconds(now - this.#lastEnd)} s`
      : running.join(', ');
  }

  #resultOf(module: TestModule): FileResult {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'passed' || state === 'failed' ? state : 'skipped']++;
    }
    const { duration, collectDuration, setupDuration } = module.diagnostic();
    return {
      file: this.#pathOf(module),
      ...counts,
      isBroken: module.state() === 'failed' && counts.failed === 0,
      seconds: (duration + collectDuration + setupDuration) / 1000,
      ...(this.#shared && { processorSeconds: this.#shared.processorSeconds() - this.#processorSeconds }),
    };
  }

  #pathOf({ moduleId }: TestModule): string {
    return relative(this.#vitest?.config.root ?? process.cwd(), moduleId);
  }

  #say(line: string): void {
    this.#lastLine = performance.now();
    process.stdout.write(`  ${line}\n`);
  }
}

function describeProcessorTime({ processorSeconds: seconds }: FileResult): readonly string[] {
  return seconds === undefined ? [] : [`${seconds.toFixed(1)} s of processor time`];
}

function wholeSeconds(milliseconds: number): number {
  return Math.round(milliseconds / 1000);
}

function record(line: FileResult | { readonly error: string }): void {
  const path = process.env[RESULTS_VARIABLE];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`);
}
