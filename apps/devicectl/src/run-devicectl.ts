import { createApiClient } from '@device-supervisor/api-client';
import { formatError } from '@device-supervisor/errors';
import { createPaint, createScreen, plainText, type ScreenStream } from '@device-supervisor/views';
import { CommanderError } from 'commander';
import type { Readable, Writable } from 'node:stream';
import { EXIT, exitCodeOf } from './cli/exit-codes.ts';
import { createProgram, type GlobalOptions, type Run } from './cli/program.ts';
import { addressOf, type Environment } from './connection/address.ts';
import { httpFetch } from './connection/http-fetch.ts';
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
  // A full disk, or a reader such as `head` that has seen enough.
  const closed = new AbortController();
  output.on('error', (error) => closed.abort(error));
  // Notes are for a person who may have left; the exit code says the same.
  notes.on('error', () => undefined);
  const signal = AbortSignal.any([machine.signal, closed.signal]);
  let exitCode: number = EXIT.done;
  const run: Run = async (command) => {
    const { device, keyFile, json }: GlobalOptions = program.opts();
    const address = addressOf(device, environment);
    const isOwn = device === undefined && environment['DEVICECTL_DEVICE'] === undefined;
    const key = await readKey({ keyFile, environment, input, ownKeyFile: isOwn ? OWN_KEY_FILE : null });
    using screen = createScreen(output, { isSmart: environment['TERM'] !== 'dumb' });
    exitCode = await command({
      client: createApiClient({ address, key: () => key, fetch: (request) => httpFetch(request, signal) }),
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
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void output.write(text),
      writeErr: (text) => void notes.write(text),
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    await written(output);
    return isLost(closed.signal) ? fail(closed.signal.reason) : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (isLost(closed.signal)) return fail(closed.signal.reason);
    return signal.aborted ? EXIT.interrupted : fail(error);
  }

  function fail(error: unknown): number {
    notes.write(`${createPaint(notes)('red', 'devicectl:')} ${plainText(formatError(error))}\n`);
    return exitCodeOf(error);
  }
}

/** Waits until the stream has taken everything, or has failed. */
function written(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    output.write('', () => resolve());
  });
}

/** Whether output was lost that a reader waits for: on a full disk, but not where the reader has closed the pipe. */
function isLost({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof Error && 'code' in reason && reason.code === 'EPIPE');
}
