import { join } from 'node:path';

/** One thing that has to be in order. */
export interface Step {
  readonly name: string;
  /** The subject, for the list of steps. */
  readonly summary: string;
  /** A program and its arguments, run at the root of the repository. */
  readonly command: readonly [string, ...string[]];
  /** Whether it runs tests: it shows its progress while it runs, and writes results with the progress reporter. */
  readonly countsTests: boolean;
  /** Whether it leaves out packages that did not change since their tests passed. */
  readonly skipsUnchanged: boolean;
}

const PROGRESS_REPORTER = join(import.meta.dirname, 'vitest-reporter.ts');

/** Everything that developers and CI run, in this order: the quick ones first. */
export const STEPS: readonly Step[] = [
  check('format', 'every file is formatted (oxfmt)', ['oxfmt', '--check']),
  check('lint', 'no lint finding (oxlint, with types)', ['oxlint']),
  check('boundaries', 'dependency directions, package files, language', ['node', 'tooling/repo-check/src/main.ts']),
  check('imports', 'packages import what they declare, and stay inside (turbo)', ['turbo', 'boundaries']),
  check('dead-code', 'no unused file, export or dependency (knip)', ['knip', '--no-config-hints']),
  check('build', 'every package builds, and the site of their documentation', ['turbo', 'run', 'build', 'docs']),
  check('types', 'tests and tooling have no type error', ['tsc', '-b']),
  check('bundles', 'every app makes a bundle', ['turbo', 'run', 'bundle']),
  check('packages', 'packed packages are fit to be published', ['node', 'tooling/pack-check/src/main.ts']),
  tests('unit', 'tests beside the sources', runVitest('unit')),
  tests('model', 'random devices against the model of one', runVitest('model')),
  tests('system', 'tests against a real engine, in namespaces of their own', [
    'node',
    '--conditions=@device-supervisor/source',
    'tooling/checks/src/system/run-system-tests.ts',
  ]),
];

/** Where a step writes the results of its tests, from the root of the repository. */
export function resultsOf(name: string): string {
  return `.state/reports/${name}.jsonl`;
}

function check(name: string, summary: string, command: Step['command']): Step {
  return { name, summary, command, countsTests: false, skipsUnchanged: false };
}

function tests(name: string, summary: string, command: Step['command']): Step {
  return { name, summary, command, countsTests: true, skipsUnchanged: name === 'unit' };
}

function runVitest(project: string): Step['command'] {
  return ['vitest', 'run', '--project', project, `--reporter=${PROGRESS_REPORTER}`];
}
