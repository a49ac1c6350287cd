import { readFile } from 'node:fs/promises';
import { hasErrorCode } from '@device-supervisor/errors';
import { tryParseJson } from '@device-supervisor/primitives';
import { z } from 'zod';
import { FileResult, RunError } from './test-results.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Sentences for the reader about what counts as failed without being a failed test. */
  readonly remarks: readonly string[];
  readonly files: readonly FileResult[];
  /** Whether every file that ran is in {@link files}: nothing went wrong outside of them. */
  readonly isWhole: boolean;
}

const Line = z.union([FileResult, RunError]);

/**
 * Counts the tests in the results of the progress reporter. A skipped test, a file that failed before its first test, an
 * error outside of tests and results without a test count as failed.
 */
export async function readReport(path: string): Promise<TestCounts> {
  const lines = await readLines(path);
  if (lines === null)
    return { passed: 0, failed: 1, remarks: ['no test results were written'], files: [], isWhole: false };
  const files = lines.filter((line) => 'file' in line);
  const errors = lines.filter((line) => 'error' in line);
  const sum = (count: (file: FileResult) => number): number => files.reduce((total, file) => total + count(file), 0);
  const [passed, failed, skipped] = [
    sum((file) => file.passed),
    sum((file) => file.failed),
    sum((file) => file.skipped),
  ];
  const broken = files.filter(({ isBroken }) => isBroken);
  const isEmpty = passed + failed + skipped + broken.length + errors.length === 0;
  return {
    passed,
    failed: failed + skipped + broken.length + errors.length + (isEmpty ? 1 : 0),
    files,
    isWhole: errors.length === 0 && !isEmpty,
    remarks: [
      ...(skipped === 0 ? [] : [`${skipped} tests were skipped, which counts as failed`]),
      ...broken.map(({ file }) => `${file} failed outside of its tests`),
      ...errors.map(({ error }) => error),
      ...(isEmpty ? ['no test ran'] : []),
    ],
  };
}

/** `null`: there are none, or they are torn. */
async function readLines(path: string): Promise<readonly z.infer<typeof Line>[] | null> {
  try {
    const text = await readFile(path, 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    const { data } = z.array(Line).safeParse(lines.map(tryParseJson));
    return data ?? null;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}
