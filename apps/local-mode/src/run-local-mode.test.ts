import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runLocalMode, type Machine } from './run-local-mode.ts';

/** Runs a command line on a machine without a project or a session. */
async function type(...args: string[]) {
  const printed = { output: '', notes: '' };
  const record = (name: 'output' | 'notes') =>
    new PassThrough().on('data', (chunk) => (printed[name] += stripVTControlCharacters(String(chunk))));
  const machine: Machine = {
    installation: {
      supervisorProgram: '/nowhere/main.cjs',
      stateFolder: '/dev/null/state',
      project: null,
      workingDirectory: '/nowhere',
      command: (text = '') => `local-mode ${text}`.trimEnd(),
    },
    environment: {},
    input: new PassThrough(),
    output: record('output'),
    notes: record('notes'),
    keyboard: null,
  };
  const exitCode = await runLocalMode(args, machine);
  return { exitCode, ...printed };
}

describe('a command line that is wrong', () => {
  it.each([
    ['an unknown option', ['--foo'], "unknown option '--foo'"],
    ['two projects', ['up', 'a', 'b'], 'too many arguments'],
    ['a port that is none', ['--port', '65536'], 'must be a number from 0 (any free port) to 65535'],
    ['a port that is text', ['--port', '1e3'], 'must be a number'],
    ['a port without a number', ['--port'], "option '--port <number>' argument missing"],
    ['--stop with a path', ['--stop', 'a'], '--stop goes with neither a path nor --detach nor --keep'],
    ['--volumes with --keep', ['--volumes', '--keep'], '--volumes removes volumes when stopping'],
    ['a project that does not exist', ['none'], 'there is no /nowhere/none'],
  ])('ends with 2: %s', async (_, args, message) => {
    expect(await type(...args)).toMatchObject({ exitCode: 2, output: '', notes: expect.stringContaining(message) });
  });

  it('names the help', async () => {
    expect((await type('--foo')).notes).toContain('local-mode --help');
    expect((await type('--stop', 'a')).notes).toContain('See local-mode --help');
  });
});

it('shows its commands, keys and exit codes', async () => {
  const { exitCode, output } = await type('--help');
  expect(exitCode).toBe(0);
  for (const word of ['up', 'down', '--state', 'these keys', 'Exit codes:', 'local-mode complete bash']) {
    expect(output).toContain(word);
  }
});
