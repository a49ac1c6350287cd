import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BootCommandError } from './errors.ts';

/**
 * Runs a program to its end, and returns its standard output.
 *
 * @throws BootCommandError
 */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

/** Milliseconds; a device whose disk hangs is restarted by the host. */
const TIME_LIMIT = 30_000;

const execute = promisify(execFile);

export const runProgram: RunProgram = async (program, args) => {
  try {
    return (await execute(program, [...args], { timeout: TIME_LIMIT })).stdout;
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new BootCommandError([program, ...args].join(' '), output, error);
  }
};
