import { describe, expect, it } from 'vitest';
import { typeCommand } from './testing/type-command.ts';

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
    ['a time that is none', ['logs', '--since', 'yesterday'], 'must be a time span such as 90s'],
    ['a number of lines that is none', ['logs', '--tail', 'some'], 'must be a whole number, or all'],
    ['an action without a service', ['stop'], 'missing required argument'],
    ['a command without a program', ['exec', 'web'], 'missing required argument'],
    ['a device that is none', ['ps', '--device', 'http://user:secret@x'], '--device takes an address alone'],
  ])('ends with 2: %s', async (_, args, message) => {
    expect(await typeCommand(args)).toMatchObject({ exitCode: 2, output: '', notes: expect.stringContaining(message) });
  });

  it('names the help', async () => {
    expect((await typeCommand(['--foo'])).notes).toContain('local-mode --help');
    expect((await typeCommand(['--stop', 'a'])).notes).toContain('See local-mode --help');
  });
});

it('shows its commands, keys and exit codes', async () => {
  const { exitCode, output } = await typeCommand(['--help']);
  expect(exitCode).toBe(0);
  for (const word of ['up', 'exec', '--state', 'these keys', 'Exit codes:', 'local-mode complete bash']) {
    expect(output).toContain(word);
  }
});

it.each(['ps', 'logs', 'plan', 'open', 'restart', 'stop web', 'start web', 'exec web true'])(
  'ends with 3 when nothing runs: %s',
  async (command) => {
    expect(await typeCommand(command.split(' '))).toEqual({
      exitCode: 3,
      output: '',
      notes: 'nothing is running here. Start it with local-mode, or name a device with --device\n',
    });
  },
);
