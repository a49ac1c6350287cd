/**
 * @typedef {object} Command
 * @property {string} summary one line for the list of commands
 * @property {string | null} app folder of `apps/` whose bundle must be current; `null`: none
 * @property {string} program path of the program, from the root of the repository
 * @property {readonly string[]} nodeOptions
 * @property {boolean} needsTools whether the program calls tools of this repository by name
 */

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  start: bundledApp('local-mode', 'run a supervisor on this machine: npm start [-- path/to/project]'),
  supervisor: bundledApp('supervisor', 'run the supervisor in the foreground, configured by its environment'),
  test: sourceProgram('tooling/checks/src/main.ts', 'run every check and test: npm test [-- step …]'),
  check: sourceProgram('tooling/checks/src/main.ts', 'the same as test'),
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
 * @param {string} app
 * @param {string} summary
 * @returns {Command}
 */
function bundledApp(app, summary) {
  return { summary, app, program: `apps/${app}/dist/main.cjs`, nodeOptions: [], needsTools: false };
}

/**
 * @param {string} program
 * @param {string} summary
 * @returns {Command}
 */
function sourceProgram(program, summary) {
  const nodeOptions = ['--conditions=@device-supervisor/source'];
  return { summary, app: null, program, nodeOptions, needsTools: true };
}
