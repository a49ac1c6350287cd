import { PassThrough, Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { runLocalMode } from '../run-local-mode.ts';

export interface Typed {
  readonly exitCode: number;
  readonly output: string;
  readonly notes: string;
}

/** Texts that a command has printed so far. */
export interface Printed {
  output: string;
  notes: string;
}

/** Runs a command line on a machine without a terminal, a project or a session. */
export async function typeCommand(
  args: readonly string[],
  {
    printed = { output: '', notes: '' },
    environment = {},
    stateFolder = '/dev/null/state',
  }: {
    /** Filled as it is printed. */
    readonly printed?: Printed;
    readonly environment?: Readonly<Record<string, string>>;
    readonly stateFolder?: string;
  } = {},
): Promise<Typed> {
  const record = (name: keyof Printed) =>
    new PassThrough().on('data', (chunk) => (printed[name] += stripVTControlCharacters(String(chunk))));
  const exitCode = await runLocalMode(args, {
    installation: {
      supervisorProgram: '/nowhere/main.cjs',
      stateFolder,
      project: null,
      workingDirectory: '/nowhere',
      command: (text = '') => `local-mode ${text}`.trimEnd(),
    },
    environment,
    input: Readable.from([]),
    output: record('output'),
    notes: record('notes'),
    keyboard: null,
  });
  await new Promise(setImmediate);
  return { exitCode, ...printed };
}
