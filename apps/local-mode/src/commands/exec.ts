import { dataOf } from '@device-supervisor/api-client';
import type Docker from 'dockerode';
import { Transform, type Duplex, type Readable, type TransformCallback } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ReadStream } from 'node:tty';
import { connectEngine } from '../engine/connect-engine.ts';
import { exitCodeOf } from '../engine/exit-code-of.ts';
import { writeFrames } from '../engine/write-frames.ts';
import { EngineCallError, ExecError } from '../errors.ts';
import type { Context } from './context.ts';
import { requireServices } from './ps.ts';

export interface ExecOptions {
  /** Whether the command gets a terminal where this program has one. */
  readonly tty: boolean;
  readonly user: string | null;
  readonly workingDirectory: string | null;
  /** `NAME=value` */
  readonly environment: readonly string[];
}

/**
 * Runs a command in the container of a service, with this program's input, output and terminal.
 *
 * @returns the exit code of the command
 * @throws UsageError when there is no such service
 * @throws ExecError when its container does not run, or the command cannot be started
 */
export async function exec(
  context: Context,
  { service, command }: { readonly service: string; readonly command: readonly string[] },
  options: ExecOptions,
): Promise<number> {
  const { place, signal, target } = context;
  const container = connectEngine(target.engineEndpoint).getContainer(await runningContainer(context, service));
  const terminal = options.tty ? place.keyboard : null;
  const call = async <T>(request: Promise<T>): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      const reason = error instanceof Error ? error.message : '';
      throw reason.includes('OCI runtime exec failed')
        ? refusalError(reason, { service, command })
        : new EngineCallError(target.engineEndpoint, error);
    }
  };
  const process = await call(
    container.exec({
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: terminal !== null,
      Env: [...options.environment],
      ...(options.user === null ? {} : { User: options.user }),
      ...(options.workingDirectory === null ? {} : { WorkingDir: options.workingDirectory }),
    }),
  );
  const stream = await call(process.start({ hijack: true, stdin: true, Tty: terminal !== null }));
  // A command that ends leaves input unread; the copy below sees every other error.
  stream.on('error', () => undefined);
  const onAbort = (): void => void stream.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  const output = new OutputWithoutRefusal();
  output.pipe(place.output, { end: false });
  using _input =
    terminal === null ? sendInput(place.input, stream) : lendTerminal(process, stream, { place, terminal });
  const copying =
    terminal === null ? writeFrames(stream, { output, errors: place.notes }) : pipeline(stream, output, { end: false });
  try {
    await copying;
  } catch (error) {
    // An interruption destroys the stream.
    signal.throwIfAborted();
    throw new EngineCallError(target.engineEndpoint, error);
  }
  output.end();
  await finished(output);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
  const code = await call(exitCodeOf(process, signal));
  if (output.refusal !== null) throw refusalError(output.refusal, { service, command });
  return code;
}

/** The engine writes to the output of a command why it cannot start it, before anything else. */
class OutputWithoutRefusal extends Transform {
  /** `null`: the command was started. */
  refusal: string | null = null;
  #isFirst = true;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#isFirst ? chunk.toString() : '';
    this.#isFirst = false;
    if (!text.startsWith('OCI runtime exec failed')) return done(null, chunk);
    this.refusal = text;
    return done();
  }
}

async function runningContainer({ client }: Context, service: string): Promise<string> {
  const { apps } = await dataOf(client.http.GET('/v3/state'));
  const services = apps.flatMap((app) => app.services);
  requireServices(
    [service],
    services.map(({ name }) => name),
  );
  const running = services.find(
    ({ name, status, containerId }) => name === service && status === 'Running' && containerId,
  );
  if (running?.containerId == null) {
    const state = services.find(({ name }) => name === service)?.status ?? 'absent';
    throw new ExecError(`${service} does not run (${state})`, { service, exitCode: 1 });
  }
  return running.containerId;
}

/** The end of the input is the end of the command's. */
function sendInput(input: Readable, stream: Duplex): Disposable {
  input.pipe(stream);
  return {
    [Symbol.dispose]() {
      input.unpipe(stream);
      input.pause();
    },
  };
}

/** The terminal is the command's alone: its keys, its size. */
function lendTerminal(
  process: Docker.Exec,
  stream: Duplex,
  { place: { output }, terminal }: { readonly place: Context['place']; readonly terminal: ReadStream },
): Disposable {
  const resize = (): void => {
    if (!('columns' in output) || !('rows' in output)) return;
    // The command may have ended meanwhile.
    void process.resize({ w: Number(output.columns), h: Number(output.rows) }).catch(() => undefined);
  };
  terminal.setRawMode(true);
  output.on('resize', resize);
  resize();
  const input = sendInput(terminal, stream);
  return {
    [Symbol.dispose]() {
      output.off('resize', resize);
      input[Symbol.dispose]();
      terminal.setRawMode(false);
    },
  };
}

/** The exit codes of a shell for a command that it cannot run. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** @param reason what the engine says */
function refusalError(
  reason: string,
  { service, command }: { readonly service: string; readonly command: readonly string[] },
): ExecError {
  const [program = ''] = command;
  if (/executable file not found|no such file or directory/.test(reason)) {
    return new ExecError(`${service} has no program ${program}`, { service, exitCode: NOT_FOUND });
  }
  return new ExecError(`${program} of ${service} cannot be executed`, { service, exitCode: NOT_EXECUTABLE });
}
