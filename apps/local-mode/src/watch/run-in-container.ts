import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { exitCodeOf } from '../engine/exit-code-of.ts';

export interface ContainerProgram {
  readonly command: readonly string[];
  /** `null`: that of the container. */
  readonly user?: string | null;
  readonly privileged?: boolean;
  readonly workingDirectory?: string | null;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a program in a container to its end.
 *
 * @param container its id
 * @returns its output
 * @throws Error with the end of its output when its exit code is not 0
 */
export async function runInContainer(engine: Docker, container: string, program: ContainerProgram): Promise<string> {
  const { command, user = null, privileged = false, workingDirectory = null, environment = {} } = program;
  const exec = await engine.getContainer(container).exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    Privileged: privileged,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...(user === null ? {} : { User: user }),
    ...(workingDirectory === null ? {} : { WorkingDir: workingDirectory }),
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  const output = new PassThrough();
  engine.modem.demuxStream(stream, output, output);
  stream.once('close', () => output.end()).once('error', (error) => output.destroy(error));
  const said = await text(output);
  const code = await exitCodeOf(exec);
  if (code === 0) return said;
  const reason = said.trim().split('\n').slice(-3).join(' ');
  throw new Error(`${command[0]} ended with exit code ${code}${reason === '' ? '' : `: ${reason}`}`);
}
