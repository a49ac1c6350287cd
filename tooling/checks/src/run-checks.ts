import { runStep, type StepOptions, type StepResult } from './run-step.ts';
import type { Step } from './steps.ts';

/** Milliseconds between two signs of life of a check that prints nothing. */
const SIGN_OF_LIFE = 30_000;

/**
 * Runs steps one after the other, to the last one whatever fails, and prints one line for each, the output of those that
 * failed, and the sum as the last line. Steps that run tests print a line for each test file besides.
 *
 * @returns whether everything passed
 */
export async function runChecks(steps: readonly Step[], options: StepOptions): Promise<boolean> {
  const { write, signal } = options;
  const width = Math.max(...steps.map(({ name }) => name.length));
  let [passed, failed] = [0, 0];
  for (const step of steps) {
    if (signal.aborted) break;
    const alive = step.countsTests ? undefined : setInterval(() => write(`… ${step.name} is running\n`), SIGN_OF_LIFE);
    const result = await runStep(step, options);
    clearInterval(alive);
    passed += result.passed;
    failed += result.failed;
    const mark = result.failed === 0 ? '✓' : '✗';
    write(`${mark} ${step.name.padEnd(width)}  ${countOf(step, result)}${result.elapsed.toFixed(1)} s\n`);
    if (result.failed > 0) write(`\n${result.output.trim().replace(/^(?=.)/gm, '  ')}\n\n`);
  }
  if (signal.aborted) write('interrupted\n');
  write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && !signal.aborted;
}

function countOf({ countsTests }: Step, { passed, failed, unchanged }: StepResult): string {
  if (!countsTests) return '';
  const before = unchanged === 0 ? '' : ` (${unchanged} before, unchanged since)`;
  return `${passed} passed${before}, ${failed === 0 ? '' : `${failed} failed, `}`;
}
