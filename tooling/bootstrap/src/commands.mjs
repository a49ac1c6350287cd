/**
 * @typedef {object} Command
 * @property {string} summary one line for the list of commands
 * @property {readonly string[]} bundles folders of `apps/` whose bundles must be current
 * @property {string} program path of the program, from the root of the repository
 * @property {readonly string[]} nodeOptions
 * @property {boolean} needsTools whether the program calls tools of this repository by name
 */

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  start: bundledApp(['local-mode', 'supervisor'], 'run a supervisor on this machine: npm start [-- path/to/project]'),
  supervisor: bundledApp(['supervisor'], 'run the supervisor in the foreground, configured by its environment'),
  test: sourceProgram('tooling/checks/src/main.ts', 'run every check and test: npm test [-- step …]'),
  check: sourceProgram('tooling/checks/src/main.ts', 'the same as test'),
  bench: sourceProgram('tooling/bench/src/main.ts', 'measure the supervisor as a process'),
  image: sourceProgram('tooling/image/src/main.ts', 'build the container image of the supervisor'),
  package: sourceProgram('tooling/bundle/package.mjs', 'make the npm package of local mode, with its command'),
  docs: sourceProgram('tooling/docs/src/main.ts', 'write the documentation as a site'),
  release: sourceProgram('tooling/release/src/main.ts', 'make the next version: npm run release -- --dry-run'),
  'new-package': sourceProgram('tooling/new-package/src/main.ts', 'scaffold a package'),
};

/** @param {string | undefined} unknown what was asked for instead of a command */
export function describeCommands(unknown) {
  const first =
    unknown === undefined || unknown === '--help' ? '' : `device-supervisor: there is no command ${unknown}\n`;
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `${first}Usage: node tooling/bootstrap/run.mjs <command> [argument …]\n${lines.join('')}`;
}

/**
 * @param {[string, ...string[]]} bundles the one to run, then those that it runs itself
 * @param {string} summary
 * @returns {Command}
 */
function bundledApp(bundles, summary) {
  return { summary, bundles, program: `apps/${bundles[0]}/dist/main.cjs`, nodeOptions: [], needsTools: false };
}

/**
 * @param {string} program
 * @param {string} summary
 * @returns {Command}
 */
function sourceProgram(program, summary) {
  const nodeOptions = ['--conditions=@device-supervisor/source'];
  return { summary, bundles: [], program, nodeOptions, needsTools: true };
}
