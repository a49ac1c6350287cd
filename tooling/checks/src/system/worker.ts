/**
 * Runs system tests in the namespaces around it, `worker.ts <queue> [path…]`: one file after the other, those that took the
 * longest first, until the workers of the run have taken all of them.
 */
import { relative } from 'node:path';
import { createVitest, type TestSpecification } from 'vitest/node';
import { ProgressReporter } from '../progress-reporter.ts';
import { saveDuration } from './durations.ts';
import { longestFirst } from './order.ts';
import { processorSeconds } from './processor-time.ts';
import { openQueue } from './queue.ts';

const [, , directory = '', ...paths] = process.argv;
const queue = openQueue(directory);
const root = process.cwd();
const reporter = { total: 0, finish: (file: string): number => queue.finish(file), processorSeconds };
const vitest = await createVitest({
  run: true,
  watch: false,
  project: ['system'],
  reporters: [new ProgressReporter(reporter)],
});
try {
  await vitest.standalone();
  const found = await vitest.globTestSpecifications(paths);
  const specifications = new Map(found.map((one) => [pathOf(one), one]));
  reporter.total = specifications.size;
  for (const file of longestFirst(root, [...specifications.keys()])) {
    const specification = specifications.get(file);
    if (specification === undefined || !(await queue.claim(file))) continue;
    const began = performance.now();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
    if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) process.exitCode = 1;
    await saveDuration(root, file, (performance.now() - began) / 1000);
  }
} finally {
  await vitest.close();
}

function pathOf({ moduleId }: TestSpecification): string {
  return relative(root, moduleId);
}
