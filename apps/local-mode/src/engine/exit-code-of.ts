import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';

/** Milliseconds between two looks. */
const LOOK_INTERVAL = 20;

/** The exit code of a program in a container whose output has ended. The engine may notice its end after that. */
export async function exitCodeOf(program: Docker.Exec, signal?: AbortSignal): Promise<number> {
  for (;;) {
    const { Running: isRunning, ExitCode: code } = await program.inspect();
    if (!isRunning) return code ?? 0;
    await delay(LOOK_INTERVAL, undefined, signal === undefined ? {} : { signal });
  }
}
