import { CommanderError, type Command } from 'commander';
import type { Writable } from 'node:stream';
import { EXIT } from './exit-codes.ts';

export interface ProgramStreams {
  readonly output: Writable;
  /** Errors and notes for people. */
  readonly notes: Writable;
}

export interface ProgramOptions extends ProgramStreams {
  /** Without the program's name. */
  readonly args: readonly string[];
  /** Whether an error is the user's interruption, which needs no message. */
  isInterruption(error: unknown): boolean;
  /** The exit code of the command that ran. */
  exitCode(): number;
  /** The exit code of an error. */
  exitCodeOf(error: unknown): number;
  /** An error for a person, without a line end. */
  describe(error: unknown): string;
}

/**
 * Reads the output's errors: a full disk, or a reader such as `head` that has seen enough. Errors of the notes are ignored:
 * the exit code says the same.
 *
 * @returns aborted, with the error as its reason, when the output cannot be written
 */
export function watchOutput({ output, notes }: ProgramStreams): AbortSignal {
  const closed = new AbortController();
  output.on('error', (error) => closed.abort(error));
  notes.on('error', () => undefined);
  return closed.signal;
}

/**
 * Runs a program of commands to its end: usage errors and failures go to the notes.
 *
 * @param closed what {@link watchOutput} returned
 * @returns exit code
 */
export async function runProgram(program: Command, closed: AbortSignal, options: ProgramOptions): Promise<number> {
  const { args, output, notes } = options;
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void output.write(text),
      writeErr: (text) => void notes.write(text),
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    await written(output);
    return isLost(closed) ? fail(closed.reason) : options.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (isLost(closed)) return fail(closed.reason);
    return options.isInterruption(error) ? EXIT.interrupted : fail(error);
  }

  function fail(error: unknown): number {
    notes.write(`${options.describe(error)}\n`);
    return options.exitCodeOf(error);
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
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
