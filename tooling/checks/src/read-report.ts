import { readFile } from 'node:fs/promises';
import { z } from 'zod';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Sentences for the reader about what counts as failed without being a failed test. */
  readonly remarks: readonly string[];
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

/**
 * Counts the tests in a report of vitest's JSON reporter. A skipped test, a file that failed before its first test, and
 * a report without a test count as failed.
 */
export async function readReport(path: string): Promise<TestCounts> {
  const report = await read(path);
  if (report === null) return { passed: 0, failed: 1, remarks: ['no test results were written'] };
  const skipped = report.numPendingTests + report.numTodoTests;
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const none = report.numPassedTests + report.numFailedTests === 0 && broken.length === 0;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + skipped + broken.length + (none ? 1 : 0),
    remarks: [
      ...(skipped === 0 ? [] : [`${skipped} tests were skipped, which counts as failed`]),
      ...broken.map(({ name }) => `${name} failed outside of its tests`),
      ...(none ? ['no test ran'] : []),
    ],
  };
}

/** `null`: there is none, or it is torn. */
async function read(path: string): Promise<z.infer<typeof Report> | null> {
  try {
    return Report.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
