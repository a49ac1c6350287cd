import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MemoryLimit } from './memory-limit.ts';
import { compiledCode } from './run-environment.ts';
import { waitFor } from './wait-for.ts';

/** A supervisor as its users have it: the bundle, as a process, reached over HTTP. */
export interface SupervisorProcess extends AsyncDisposable {
  readonly directory: string;
  readonly pid: number;
  /** Everything that it printed, of all its runs. */
  output(): string;
  url(path: string): string;
  get(path: string): Promise<unknown>;
  /** @returns status and body */
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Posts `{"local":{"apps":…}}` and waits until it is applied. */
  apply(apps: object): Promise<void>;
  applied(): Promise<void>;
  /** Container ids by service. */
  containers(): Promise<Record<string, string>>;
  /** Closes the reading end of its output. */
  closeOutput(): void;
  /** Ends it without a warning. */
  kill(): Promise<void>;
  /** Asks it to end. @returns its exit code */
  terminate(): Promise<number | null>;
  start(): Promise<void>;
  /** Starts it without waiting for its API; the caller ends it. */
  spawn(): Promise<ChildProcess>;
}

export interface SupervisorOptions {
  readonly engineEndpoint: string;
  /** Default: the machine's own root, so that locks are where containers have them. */
  readonly rootMount?: string;
  /** Default: any that is free, another one at each start. */
  readonly port?: number;
  /** Program and arguments. Default: the bundle, on the Node.js that runs this. */
  readonly command?: readonly [string, ...string[]];
  /** Bounds what the program may take. */
  readonly memory?: MemoryLimit;
  /** Of Node.js, for the bundle. */
  readonly nodeArguments?: readonly string[];
  /** Variables besides, or instead of, those that point it at the engine and at a state of its own. */
  readonly environment?: Readonly<Record<string, string>>;
}

const LISTENS = /API listens on port (\d+)/;
/** Characters of its output that say what a supervisor did last. */
const LAST_WORDS = 2000;

const PROGRAM = resolve(import.meta.dirname, '../../../apps/supervisor/dist/main.cjs');

/**
 * Starts the supervisor's bundle, which must be there, with a state of its own. Disposing of it removes the process and
 * the state, not its containers.
 */
export async function startSupervisor({
  engineEndpoint,
  rootMount = '/',
  port = 0,
  nodeArguments = [],
  command = [process.execPath, ...nodeArguments, PROGRAM],
  memory,
  environment: given = {},
}: SupervisorOptions): Promise<SupervisorProcess> {
  const [program, ...args] = memory?.within(command) ?? command;
  const directory = await mkdtemp(join(tmpdir(), 'supervisor-'));
  const environment = {
    ...compiledCode(),
    PATH: process.env['PATH'],
    DOCKER_HOST: engineEndpoint,
    ROOT_MOUNTPOINT: rootMount,
    BOOT_MOUNTPOINT: join(directory, 'boot'),
    DATABASE_PATH: join(directory, 'data/database.sqlite'),
    LISTEN_PORT: String(port),
    LISTEN_ADDRESSES: '127.0.0.1',
    LOG_FORMAT: 'human',
    // Unless the test gives it a host of its own.
    HOST_CONTROL: given['DBUS_SYSTEM_BUS_ADDRESS'] === undefined ? 'off' : 'on',
    ...given,
  };
  let output = '';
  let child: ChildProcess | null = null;
  let origin = '';

  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    // The error shows why no answer can come.
    if (child !== null && ended(child)) throw new Error(`the supervisor has ended: ${output.slice(-LAST_WORDS)}`);
    return await fetch(supervisor.url(path), init);
  };
  const ended = (process: ChildProcess): boolean => process.exitCode !== null || process.signalCode !== null;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === null || ended(child)) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  };
  const supervisor: SupervisorProcess = {
    directory,
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => output,
    url: (path) => `${origin}${path}`,
    get: async (path) => await (await call(path)).json(),
    async post(path, body) {
      const response = await call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    },
    async apply(apps) {
      const { status, body } = await supervisor.post('/v2/local/target-state', { local: { apps } });
      if (status !== 200) throw new Error(`the target was refused: ${JSON.stringify(body)}`);
      await supervisor.applied();
    },
    async applied() {
      await waitFor('the target to be applied', () => supervisor.get('/v2/state/status'), {
        until: (state) => JSON.stringify(state).includes('"appState":"applied"'),
      });
    },
    async containers() {
      const answer = await supervisor.get('/v2/containerId');
      if (typeof answer !== 'object' || answer === null || !('services' in answer))
        throw new Error(JSON.stringify(answer));
      return Object.fromEntries(Object.entries(answer.services ?? {}).map(([name, id]) => [name, String(id)]));
    },
    closeOutput() {
      child?.stdout?.destroy();
      child?.stderr?.destroy();
    },
    async kill() {
      await end('SIGKILL');
    },
    terminate: () => end('SIGTERM'),
    async spawn() {
      const started = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (chunk) => void (output += String(chunk)));
      await once(started, 'spawn');
      return started;
    },
    async start() {
      const before = output.length;
      const started = await supervisor.spawn();
      child = started;
      const listening = await waitFor('the API to listen', () => output.slice(before), {
        until: (text) => LISTENS.test(text) || ended(started),
      });
      const listenPort = LISTENS.exec(listening)?.[1];
      if (listenPort === undefined) throw new Error(`the supervisor ended: ${listening}`);
      origin = `http://127.0.0.1:${listenPort}`;
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
  await supervisor.start();
  return supervisor;
}
