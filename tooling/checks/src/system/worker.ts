/**
 * Runs system tests in the namespaces around it, `worker.ts <queue> [path…]`: one file after the other, those that took the
 * longest first, until the workers of the run have taken all of them.
 */
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { createVitest, type TestSpecification } from 'vitest/node';
import { ProgressReporter } from '../progress-reporter.ts';
import { readDurations, saveDuration } from './durations.ts';
import { openQueue } from './queue.ts';

const [, , directory = '', ...paths] = process.argv;
const queue = openQueue(directory);
const root = process.cwd();
const reporter = { total: 0, finish: (file: string): number => queue.finish(file) };
const vitest = await createVitest({
  run: true,
  watch: false,
  project: ['system'],
  reporters: [new ProgressReporter(reporter)],
});
try {
  await vitest.standalone();
  const specifications = longestFirst(await vitest.globTestSpecifications(paths));
  reporter.total = specifications.length;
  for (const specification of specifications) {
    const file = pathOf(specification);
    if (!(await queue.claim(file))) continue;
    const began = performance.now();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
    if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) process.exitCode = 1;
    await saveDuration(root, file, (performance.now() - began) / 1000);
  }
} finally {
  await vitest.close();
}

/** Files that were never run stand where their size would put them: first. */
function longestFirst(specifications: readonly TestSpecification[]): TestSpecification[] {
  const durations = readDurations(root);
  const key = (one: TestSpecification): number => durations.get(pathOf(one)) ?? statSync(one.moduleId).size;
  return specifications.toSorted((a, b) => key(b) - key(a));
}

function pathOf({ moduleId }: TestSpecification): string {
  return relative(root, moduleId);
}
