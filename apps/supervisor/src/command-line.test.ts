import { expect, it } from 'vitest';
import { parseCommandLine } from './command-line.ts';

it.each([
  [[], { kind: 'run' }],
  [['run'], { kind: 'run' }],
  [['boot'], { kind: 'boot' }],
  [['health-check'], { kind: 'health-check' }],
  [['--help'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
  [['--port=1'], { kind: 'refused', argument: '--port=1' }],
  [['boot', 'now'], { kind: 'refused', argument: 'now' }],
  [['--version', 'x'], { kind: 'refused', argument: 'x' }],
])('takes %j as %j', (argv, command) => {
  expect(parseCommandLine(argv)).toEqual(command);
});
