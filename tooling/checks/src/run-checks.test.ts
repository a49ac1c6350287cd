import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChecks } from './run-checks.ts';
import { reportOf, type Step } from './steps.ts';

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
    ['skipped tests', { passed: 5, pending: 1 }, '5 passed, 1 failed'],
    ['a file that fails before its tests', { passed: 5, broken: true }, '5 passed, 1 failed'],
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
    await writeFile(join(root, reportOf('unit')), JSON.stringify(report({ passed: 5 })));
    expect(await run([{ ...step('unit', ''), countsTests: true }])).toBe(false);
    expect(lines().at(-1)).toBe('0 passed, 1 failed');
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
    await expect.poll(() => existsSync(ready), { timeout: 10_000 }).toBe(true);
    ending.abort();
    expect(await ended).toBe(false);
    expect(text).toContain('cleaned up');
    expect(lines().slice(-2)).toEqual(['interrupted', '0 passed, 1 failed']);
  });

  function run(steps: readonly Step[], signal: AbortSignal = new AbortController().signal): Promise<boolean> {
    return runChecks(steps, { root, signal, write: (piece) => (text += piece) });
  }

  /** What was printed, without the figures of the clock. */
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
  readonly pending?: number;
  readonly broken?: boolean;
  readonly exitCode?: number;
}

function step(name: string, script: string): Step {
  return { name, summary: '', command: [process.execPath, '-e', script], timeLimit: 1, countsTests: false };
}

function tests(name: string, counts: Counts): Step {
  const write = `require('node:fs').writeFileSync(${JSON.stringify(reportOf(name))}, ${JSON.stringify(JSON.stringify(report(counts)))})`;
  return { ...step(name, `${write}; process.exit(${counts.exitCode ?? 0})`), countsTests: true };
}

function report({ passed = 0, failed = 0, pending = 0, broken = false }: Counts): object {
  return {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: 0,
    testResults: broken ? [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] : [],
  };
}
