import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { DeviceHostCommandError } from '../errors.ts';

/**
 * Runs a shell command in a container to its end, and returns what it printed to standard output.
 * @throws {@link DeviceHostCommandError} with everything that it printed, when it ends with anything but 0
 */
export async function runOnHost(container: Docker.Container, command: string): Promise<string> {
  const exec = await container.exec({ Cmd: ['sh', '-c', command], AttachStdout: true, AttachStderr: true });
  const frames = readFrames(await buffer(await exec.start({})));
  const { ExitCode: exitCode } = await exec.inspect();
  const all = frames.map(({ content }) => content).join('');
  if (exitCode !== 0) throw new DeviceHostCommandError(command, exitCode, all);
  return frames.flatMap(({ stream, content }) => (stream === STDOUT ? [content] : [])).join('');
}

const STDOUT = 1;

/** Bytes before each frame of the engine's stream: which stream it is of, three zeros, and the length. */
const HEADER = 8;

function readFrames(bytes: Buffer): readonly { readonly stream: number; readonly content: string }[] {
  const frames = [];
  for (let start = 0; start + HEADER <= bytes.length;) {
    const end = start + HEADER + bytes.readUInt32BE(start + 4);
    frames.push({ stream: bytes.readUInt8(start), content: bytes.toString('utf8', start + HEADER, end) });
    start = end;
  }
  return frames;
}
