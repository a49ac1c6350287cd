import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChecks } from './run-checks.ts';
import { resultsOf, type Step } from './steps.ts';

describe('runChecks', () => {
  let root: string;
  let text: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'checks-'));
    text = '';
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  it('counts each check as one, goes on after a failure, and prints its output', async () => {
    const steps = [
      step('format', `console.log('fine')`),
      step('lint', `console.log('\\x1b[31ma.ts\\x1b[0m: bad'); process.exit(1)`),
      step('types', ''),
    ];
    expect(await run(steps)).toBe(false);
    expect(lines()).toEqual([
      '✓ format  N s',
      '✗ lint    N s',
      '',
      '  a.ts: bad',
      '',
      '  exit code 1',
      '',
      '✓ types   N s',
      '2 passed, 1 failed',
    ]);
  });

  it('adds up the tests of all steps', async () => {
    expect(await run([step('lint', ''), tests('unit', { passed: 5 }), tests('system', { passed: 2 })])).toBe(true);
    expect(lines()).toEqual([
      '✓ lint    N s',
      '✓ unit    5 passed, N s',
      '✓ system  2 passed, N s',
      '8 passed, 0 failed',
    ]);
  });

  it.each([
    ['failed tests', { passed: 5, failed: 2 }, '5 passed, 2 failed'],
    ['skipped tests', { passed: 5, skipped: 1 }, '5 passed, 1 failed'],
    ['a file that fails before its tests', { passed: 5, isBroken: true }, '5 passed, 1 failed'],
    ['an error outside of the files', { passed: 5, error: 'the engine is gone' }, '5 passed, 1 failed'],
    ['no tests at all', {}, '0 passed, 1 failed'],
  ])('fails on %s', async (_, counts, summary) => {
    expect(await run([tests('unit', counts)])).toBe(false);
    expect(lines().at(-1)).toBe(summary);
  });

  it('fails when the tests end badly though all of them passed', async () => {
    expect(await run([tests('unit', { passed: 5, exitCode: 1 })])).toBe(false);
    expect(lines().at(-1)).toBe('5 passed, 1 failed');
  });

  it('does not take an old report for a new one', async () => {
    await mkdir(join(root, '.state/reports'), { recursive: true });
    await writeFile(join(root, resultsOf('unit')), results({ passed: 5 }));
    expect(await run([{ ...step('unit', ''), countsTests: true }])).toBe(false);
    expect(lines().at(-1)).toBe('0 passed, 1 failed');
  });

  it('shows what a step with tests prints while it runs, and counts on when a process that it left holds the pipe', async () => {
    const leave = `require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: true }).unref()`;
    const unit = tests('unit', { passed: 1 });
    const script = `console.log('a.test.ts ended'); ${leave}; ${unit.command[2] ?? ''}`;
    expect(await run([{ ...unit, command: [process.execPath, '-e', script] }])).toBe(true);
    expect(lines()).toEqual(['a.test.ts ended', '✓ unit  1 passed, N s', '1 passed, 0 failed']);
  });

  it('names a program that is missing', async () => {
    expect(await run([{ ...step('lint', ''), command: ['no-such-program'] }])).toBe(false);
    expect(text).toContain('cannot run no-such-program');
  });

  it('ends the running step, and starts no other, when it is interrupted', async () => {
    const ready = join(root, 'ready');
    const waiting = `
      process.on('SIGTERM', () => { console.log('cleaned up'); process.exit(3); });
      require('node:fs').writeFileSync(${JSON.stringify(ready)}, '');
      setInterval(() => {}, 1000);`;
    const ending = new AbortController();
    const ended = run([step('system', waiting), step('never', '')], ending.signal);
    await expect.poll(() => existsSync(ready)).toBe(true);
    ending.abort();
    expect(await ended).toBe(false);
    expect(text).toContain('cleaned up');
    expect(lines().slice(-2)).toEqual(['interrupted', '0 passed, 1 failed']);
  });

  function run(steps: readonly Step[], signal: AbortSignal = new AbortController().signal): Promise<boolean> {
    return runChecks(steps, { root, signal, write: (piece) => (text += piece) });
  }

  /** The output, without times. */
  function lines(): string[] {
    return text
      .trimEnd()
      .replace(/\d+\.\d s$/gm, 'N s')
      .split('\n');
  }
});

interface Counts {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
  readonly isBroken?: boolean;
  readonly error?: string;
  readonly exitCode?: number;
}

function step(name: string, script: string): Step {
  return { name, summary: '', command: [process.execPath, '-e', script], countsTests: false, skipsUnchanged: false };
}

function tests(name: string, counts: Counts): Step {
  const write = `require('node:fs').writeFileSync(process.env.CHECKS_RESULTS, ${JSON.stringify(results(counts))})`;
  return { ...step(name, `${write}; process.exit(${counts.exitCode ?? 0})`), countsTests: true };
}

function results({ passed = 0, failed = 0, skipped = 0, isBroken = false, error }: Counts): string {
  const file = { file: 'a.test.ts', passed, failed, skipped, isBroken, seconds: 0.1 };
  return [file, ...(error === undefined ? [] : [{ error }])].map((line) => `${JSON.stringify(line)}\n`).join('');
}
