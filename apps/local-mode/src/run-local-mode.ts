import { ProjectError, ProjectNotFoundError } from '@device-supervisor/compose-project';
import { formatError, SupervisorError } from '@device-supervisor/errors';
import { createScreen, plainLines, type ScreenStream } from '@device-supervisor/views';
import { EXIT, exitCodeOf, runProgram, UsageError, watchOutput } from '@device-supervisor/views/command-line';
import { isInterruption } from './cli/interruption.ts';
import { createProgram } from './cli/program.ts';
import { ExecError, NothingRunningError, TargetRefusalError, TargetUnreachableError } from './errors.ts';
import type { Place } from './run/place.ts';

/** The environment of the program; the screen is made of its output. */
export type Machine = Omit<Place, 'screen' | 'output'> & { readonly output: ScreenStream };

/** @param args without the program's name @returns exit code */
export async function runLocalMode(args: readonly string[], machine: Machine): Promise<number> {
  const { environment, installation, output, notes } = machine;
  const help = installation.command('--help');
  let exitCode: number = EXIT.done;
  const program = createProgram(async (common, command) => {
    using screen = createScreen(output, { isSmart: environment['TERM'] !== 'dumb' });
    const keyboard = screen.isLive ? machine.keyboard : null;
    exitCode = await command({ ...machine, screen, keyboard }, common);
  }, help);
  return await runProgram(program, watchOutput(machine), {
    args,
    output,
    notes,
    isInterruption,
    exitCode: () => exitCode,
    exitCodeOf: codeOf,
    describe: (error) => describe(error, { environment, help }),
  });
}

/** Status of the API's answer where update locks are held. */
const LOCKED = 423;

function codeOf(error: unknown): number {
  if (error instanceof ProjectError || error instanceof ProjectNotFoundError) return EXIT.usage;
  if (error instanceof NothingRunningError || error instanceof TargetUnreachableError) return EXIT.unreachable;
  if (error instanceof TargetRefusalError) return error.details.status === LOCKED ? EXIT.locked : EXIT.failed;
  return error instanceof ExecError ? error.details.exitCode : exitCodeOf(error);
}

function describe(
  error: unknown,
  { environment, help }: Pick<Machine, 'environment'> & { readonly help: string },
): string {
  // An unexpected error is our own fault; its stack says where.
  const trace =
    error instanceof SupervisorError || !(error instanceof Error) || environment['DEBUG'] === undefined
      ? ''
      : `\n${error.stack}`;
  const seeHelp = error instanceof UsageError && error.hint === undefined ? `. See ${help}` : '';
  return `${plainLines(formatError(error))}${seeHelp}${trace}`;
}
