import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CommandFailedError } from './errors.ts';

/** Runs programs of this machine. */
export interface CommandRunner {
  /** The variables of every program: `PATH`, `LC_ALL`, and the proxy variables and `GOGC` of the caller. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of a program, or `undefined` when it is not installed. */
  find(program: string): Promise<string | undefined>;
  /**
   * Runs a program to its end and returns what it printed.
   * @throws {@link CommandFailedError} when it ends with anything but 0, and the signal's reason when aborted.
   */
  run(program: string, parameters: readonly string[], options?: RunOptions): Promise<string>;
}

export interface RunOptions {
  /** Text for its standard input. */
  readonly input?: string;
  /** Variables besides the runner's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Aborting sends SIGINT, which package managers take as a request to end in order. */
  readonly signal?: AbortSignal;
  /** Called with each line of standard output and standard error. */
  onLine?(line: string): void;
}

/** Programs that change the machine live here, and are often missing from the PATH of an ordinary shell. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** How much of a failed program's output goes into the error, in lines. */
const ERROR_LINES = 20;

/**
 * Variables that reach programs: how to get to the network, how often the programs of an engine, which are written in Go,
 * collect garbage, and nothing that could be a secret of the caller's.
 */
const INHERITED = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'GOGC'];

/**
 * A runner whose programs see `PATH`, the proxy variables and `GOGC` of `environment`, and no other. The directories of its
 * `PATH` come first, the system's own after them.
 */
export function createCommandRunner(environment: Readonly<Record<string, string | undefined>>): CommandRunner {
  const path = (environment['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  const directories = [...new Set([...path, ...SYSTEM_DIRECTORIES])];
  const inherited = INHERITED.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const base = { ...Object.fromEntries(inherited), PATH: directories.join(delimiter), LC_ALL: 'C' };
  return {
    environment: base,
    find: (program) => findProgram(program, directories),
    run: (program, parameters, options = {}) =>
      runProgram(program, parameters, { ...options, environment: { ...options.environment, ...base } }),
  };
}

async function findProgram(program: string, directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    const path = join(directory, program);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function runProgram(
  program: string,
  parameters: readonly string[],
  options: RunOptions & { readonly environment: Readonly<Record<string, string>> },
): Promise<string> {
  options.signal?.throwIfAborted();
  const child = spawn(program, parameters, {
    env: options.environment,
    stdio: 'pipe',
  });
  const interrupt = (): void => void child.kill('SIGINT');
  options.signal?.addEventListener('abort', interrupt, { once: true });
  try {
    const lastLines: string[] = [];
    const keepLine = (line: string): void => {
      lastLines.push(line);
      if (lastLines.length > ERROR_LINES) lastLines.shift();
      options.onLine?.(line);
    };
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    createInterface({ input: child.stdout }).on('line', keepLine);
    createInterface({ input: child.stderr }).on('line', keepLine);
    // A program that ends without reading its input closes the pipe; its exit code shows what happened.
    child.stdin.on('error', () => undefined).end(options.input ?? '');

    const exitCode = await exited(child);
    options.signal?.throwIfAborted();
    if (exitCode !== 0)
      throw new CommandFailedError([program, ...parameters].join(' '), exitCode, lastLines.join('\n'));
    return output;
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
  }
}

function exited(child: ReturnType<typeof spawn>): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  return promise;
}
