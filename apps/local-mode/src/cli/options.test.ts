import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  it('has defaults for everything', () => {
    expect(parseOptions([])).toEqual({
      path: null,
      help: false,
      detach: false,
      keep: false,
      stop: false,
      volumes: false,
      port: null,
      listenAll: false,
      install: true,
      stateFolder: null,
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
