import { resolve } from 'node:path';
import { ReadStream } from 'node:tty';
import { formatError, SupervisorError } from '@device-supervisor/errors';
import { isInterruption } from './cli/interruption.ts';
import { HELP, parseOptions } from './cli/options.ts';
import { UsageError } from './errors.ts';
import { ProjectError, ProjectNotFoundError } from '@device-supervisor/compose-project';
import { runLocalMode } from './run/local-mode.ts';
import { createScreen } from '@device-supervisor/views';

void run().then((exitCode) => {
  process.exitCode = exitCode;
});

/** @returns exit code */
async function run(): Promise<number> {
  const { stdin, stdout, env } = process;
  using screen = createScreen(stdout, { isSmart: env['TERM'] !== 'dumb' });
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) {
      stdout.write(HELP);
      return 0;
    }
    return await runLocalMode(options, {
      root: resolve(import.meta.dirname, '../../..'),
      // npm runs scripts in the root of the repository; this is where it was called.
      workingDirectory: env['INIT_CWD'] ?? process.cwd(),
      environment: env,
      screen,
      output: stdout,
      keyboard: stdin instanceof ReadStream && stdin.isTTY && screen.isLive ? stdin : null,
    });
  } catch (error) {
    screen[Symbol.dispose]();
    if (isInterruption(error)) return 130;
    process.stderr.write(describe(error));
    return isUsersFault(error) ? 2 : 1;
  }
}

function isUsersFault(error: unknown): boolean {
  return error instanceof UsageError || error instanceof ProjectError || error instanceof ProjectNotFoundError;
}

function describe(error: unknown): string {
  // An unexpected error is our own fault; its stack says where.
  const trace =
    error instanceof SupervisorError || !(error instanceof Error) || process.env['DEBUG'] === undefined
      ? ''
      : `\n${error.stack}`;
  return `${formatError(error)}${trace}\n`;
}
