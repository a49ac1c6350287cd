import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  it('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({
      path: null,
      files: [],
      envFiles: [],
      profiles: [],
      services: [],
      projectName: null,
      help: false,
      detach: false,
      keep: false,
      stop: false,
      volumes: false,
      replace: false,
      port: null,
      listenAll: false,
      open: false,
      install: true,
      stateFolder: null,
    });
  });

  it('reads what chooses files, variables and services, each as often as it is given', () => {
    const typed = '-f a.yaml --file b.yaml --env-file x --env-file y --profile p --service web --service db -p shop';
    expect(parseOptions(typed.split(' '))).toMatchObject({
      files: ['a.yaml', 'b.yaml'],
      envFiles: ['x', 'y'],
      profiles: ['p'],
      services: ['web', 'db'],
      projectName: 'shop',
    });
  });

  it('reads a path and options in any order', () => {
    expect(parseOptions(['--port', '0', 'app', '--keep', '--no-install', '--state=s'])).toMatchObject({
      path: 'app',
      keep: true,
      port: 0,
      install: false,
      stateFolder: 's',
    });
  });

  it.each([
    ['an unknown option', ['--foo'], "unknown option '--foo'"],
    ['two paths', ['a', 'b'], 'only one project can run, and b is one more'],
    ['a port that is none', ['--port', '65536'], '--port 65536 is not a port'],
    ['a port that is text', ['--port', '1e3'], '--port 1e3 is not a port'],
    ['a port without a number', ['--port'], "option '--port <value>' argument missing"],
    ['a value for a flag', ['--keep=1'], "option '--keep' does not take an argument"],
    ['--stop with a path', ['--stop', 'a'], '--stop goes with neither a path nor --detach nor --keep'],
    [
      '--volumes with --keep',
      ['--volumes', '--keep'],
      '--volumes removes volumes when stopping, and --detach and --keep do not stop',
    ],
  ])('refuses %s', (_, args, message) => {
    expect(() => parseOptions(args)).toThrow(expect.objectContaining({ name: UsageError.name, message }));
  });
});
