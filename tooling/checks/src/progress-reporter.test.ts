import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RESULTS_VARIABLE } from './progress-reporter.ts';
import { readReport } from './read-report.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FIXTURE = join(import.meta.dirname, '../fixtures/progress');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'progress-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('prints a line for each file, the failures, and writes the results', async () => {
  const results = join(directory, 'results.jsonl');
  const reporter = `--reporter=${join(import.meta.dirname, 'vitest-reporter.ts')}`;
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', FIXTURE, reporter],
    { encoding: 'utf8', env: { ...process.env, [RESULTS_VARIABLE]: results, NO_COLOR: '1' } },
  );
  expect(status).toBe(1);
  const lines = stdout.split('\n').map((line) => line.trim().replace(/[\d.]+ s  \(\d/, 'N s  (N'));
  expect(lines).toContain('✓ passes.test.ts  1 tests, N s  (N/2)');
  expect(lines).toContain('✗ fails.test.ts  2 tests, 1 failed, N s  (N/2)');
  expect(lines).toContain('✗ fails');
  expect(stdout).toContain('AssertionError: expected { port: 80 } to deeply equal { port: 81 }');
  expect(stdout).toMatch(/at .*fails\.test\.ts:4:/);
  expect(await readReport(results)).toMatchObject({ passed: 2, failed: 1, remarks: [], isWhole: true });
});
