/** One thing that has to be in order. */
export interface Step {
  readonly name: string;
  /** What it looks at, for the list of steps. */
  readonly summary: string;
  /** A program and its arguments, run at the root of the repository. */
  readonly command: readonly [string, ...string[]];
  /** Minutes after which it has failed. */
  readonly timeLimit: number;
  /** Whether it runs tests, and writes their results to {@link reportOf} as vitest's JSON reporter does. */
  readonly countsTests: boolean;
}

/** Everything that developers and CI run, in this order: the quick ones first. */
export const STEPS: readonly Step[] = [
  check('format', 'every file is formatted (oxfmt)', ['oxfmt', '--check']),
  check('lint', 'no lint finding (oxlint, with types)', ['oxlint']),
  check('boundaries', 'dependency directions and package files', ['node', 'tooling/repo-check/src/main.ts']),
  check('imports', 'packages import what they declare, and stay inside (turbo)', ['turbo', 'boundaries']),
  check('dead-code', 'no unused file, export or dependency (knip)', ['knip', '--no-config-hints']),
  check('build', 'every package builds', ['turbo', 'run', 'build']),
  check('types', 'tests and tooling have no type error', ['tsc', '-b']),
  check('bundles', 'every app makes a bundle', ['turbo', 'run', 'bundle']),
  check('packages', 'packed packages are fit to be published', ['node', 'tooling/pack-check/src/main.ts']),
  tests('unit', 'tests beside the sources', []),
  tests('system', 'tests against a real engine, in namespaces of their own', [
    'node',
    '--conditions=@device-supervisor/source',
    'tooling/testbed/src/in-namespace.ts',
    '--device-host',
    '--',
  ]),
];

/** Where a step writes the results of its tests, from the root of the repository. */
export function reportOf(name: string): string {
  return `.state/reports/${name}.json`;
}

function check(name: string, summary: string, command: Step['command']): Step {
  return { name, summary, command, timeLimit: 5, countsTests: false };
}

/** @param launcher a program, with arguments, that runs vitest */
function tests(name: string, summary: string, launcher: readonly string[]): Step {
  const [program, ...args] = [...launcher, 'vitest', 'run', '--project', name];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(name)}`];
  return { name, summary, command: [program ?? 'vitest', ...args, ...reporters], timeLimit: 20, countsTests: true };
}
