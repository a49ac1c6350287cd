import { createApiClient } from '@device-supervisor/api-client';
import { formatError } from '@device-supervisor/errors';
import { createPaint, createScreen, plainText, type ScreenStream } from '@device-supervisor/views';
import { EXIT, exitCodeOf, httpFetch, runProgram, watchOutput } from '@device-supervisor/views/command-line';
import type { Readable, Writable } from 'node:stream';
import { createProgram, type GlobalOptions, type Run } from './cli/program.ts';
import { addressOf, type Environment } from './connection/address.ts';
import { readKey } from './connection/read-key.ts';

/** The environment of the program. */
export interface Machine {
  readonly environment: Environment;
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: ScreenStream;
  readonly notes: Writable & { readonly isTTY?: boolean };
  /** Aborted when the user has had enough. */
  readonly signal: AbortSignal;
}

/** Where the supervisor keeps the device's own key, as its image has it. */
const OWN_KEY_FILE = '/data/api-key';

/** @param args without the program's name @returns exit code */
export async function runDevicectl(args: readonly string[], machine: Machine): Promise<number> {
  const { environment, input, output, notes } = machine;
  const closed = watchOutput(machine);
  const signal = AbortSignal.any([machine.signal, closed]);
  let exitCode: number = EXIT.done;
  const run: Run = async (command) => {
    const { device, keyFile, json }: GlobalOptions = program.opts();
    const address = addressOf(device, environment);
    const isOwn = device === undefined && environment['DEVICECTL_DEVICE'] === undefined;
    const key = await readKey({ keyFile, environment, input, ownKeyFile: isOwn ? OWN_KEY_FILE : null });
    using screen = createScreen(output, { isSmart: environment['TERM'] !== 'dumb' });
    exitCode = await command({
      client: createApiClient({
        address,
        key: () => key,
        fetch: (request) => httpFetch(request, { interruption: signal }),
      }),
      screen,
      json: json ?? output.isTTY !== true,
      output,
      isTerminal: output.isTTY === true,
      now: () => Date.now(),
      signal,
      notes,
      input,
      isInteractive: input.isTTY === true && notes.isTTY === true,
    });
  };
  const program = createProgram(run);
  return await runProgram(program, closed, {
    args,
    output,
    notes,
    isInterruption: () => signal.aborted,
    exitCode: () => exitCode,
    exitCodeOf,
    describe: (error) => `${createPaint(notes)('red', 'devicectl:')} ${plainText(formatError(error))}`,
  });
}
