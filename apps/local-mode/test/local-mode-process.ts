import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { join, resolve } from 'node:path';
import { compiledCode, waitFor } from '@device-supervisor/testbed';

export const ROOT = resolve(import.meta.dirname, '../../..');

/** The program that `npm start` runs, as a process. */
export interface LocalModeProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The output so far, without colours. */
  text(): string;
  /** The same with everything that is meant for the terminal. */
  raw(): string;
  /** The standard output alone, without colours. */
  output(): string;
  /** The error output alone, without colours. */
  notes(): string;
  /** Waits until the text has something in it; `from`: only what comes after so many characters counts. */
  says(text: string | RegExp, from?: number): Promise<void>;
  /** Presses keys. */
  press(keys: string): void;
  /** @returns exit code */
  ended(): Promise<number | null>;
  /** Waits until all output has arrived. */
  closed(): Promise<void>;
}

export interface LocalModeOptions {
  readonly args: readonly string[];
  /** Default: none, so that a private engine is started. */
  readonly engineEndpoint?: string;
  /** In a terminal of its own. */
  readonly terminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export function startLocalMode({
  args,
  engineEndpoint,
  terminal = false,
  environment = {},
}: LocalModeOptions): LocalModeProcess {
  const command = [process.execPath, join(ROOT, 'apps/local-mode/dist/main.cjs'), ...args];
  const [program = '', ...parameters] = terminal
    ? ['script', '--quiet', '--return', '--command', command.map(quote).join(' '), '/dev/null']
    : command;
  const child = spawn(program, parameters, {
    cwd: ROOT,
    stdio: 'pipe',
    env: {
      ...compiledCode(),
      PATH: process.env['PATH'],
      TERM: 'xterm-256color',
      npm_lifecycle_event: 'start',
      ...(engineEndpoint === undefined ? {} : { DOCKER_HOST: engineEndpoint }),
      ...environment,
    },
  });
  const exit = once(child, 'exit');
  const close = once(child, 'close');
  let raw = '';
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      raw += chunk;
      printed[name] += chunk;
    });
  }
  const plain = (said: string): string => stripVTControlCharacters(said).replaceAll('\r', '');
  const text = (): string => plain(raw);
  return {
    child,
    text,
    raw: () => raw,
    output: () => plain(printed.stdout),
    notes: () => plain(printed.stderr),
    async says(wanted, from = 0) {
      await waitFor(`the words ${String(wanted)}`, () => text().slice(from), {
        until: (said) => (typeof wanted === 'string' ? said.includes(wanted) : wanted.test(said)),
      });
    },
    press: (keys) => void child.stdin.write(keys),
    async ended() {
      await waitFor(
        `the end of npm start -- ${args.join(' ')}`,
        () => ({ isOver: child.exitCode !== null || child.signalCode !== null, said: text().slice(-3000) }),
        { until: ({ isOver }) => isOver },
      );
      return child.exitCode;
    },
    async closed() {
      await close;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
