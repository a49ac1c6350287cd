import { setTimeout as delay } from 'node:timers/promises';
import type { Hook } from '@device-supervisor/compose';
import * as z from 'zod';
import { HookFailedError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';

/** Milliseconds that a command may take. After that the update continues without it. */
const HOOK_LIMIT = 60_000;

/** Milliseconds between two looks, and their number. */
const LOOK_INTERVAL = 20;
const LOOKS = 250;

const ExecCreated = z.object({ Id: z.string() });
const ExecInspection = z.object({ Running: z.boolean().nullish(), ExitCode: z.number().nullish() });

export interface HookRun {
  readonly container: string;
  readonly hook: Hook;
  /** e.g. `post_start[0]`. */
  readonly name: string;
}

/**
 * Runs a command in a running container, and waits for its end.
 *
 * @throws HookFailedError
 */
export async function runHook(transport: Transport, { container, hook, name }: HookRun): Promise<void> {
  const body = {
    Cmd: hook.command,
    User: hook.user,
    Privileged: hook.privileged,
    WorkingDir: hook.workingDir,
    Env: Object.entries(hook.environment).map(([variable, value]) => `${variable}=${value}`),
    AttachStdout: true,
    AttachStderr: true,
  };
  try {
    const { Id } = await transport.request(
      { method: 'POST', path: `/containers/${encodeURIComponent(container)}/exec`, body },
      ExecCreated,
    );
    const start = { method: 'POST', path: `/exec/${Id}/start`, body: { Detach: false, Tty: false } } as const;
    // Its answer is what the command prints, and ends with it.
    await transport.send({ ...start, limit: HOOK_LIMIT });
    const exitCode = await exitCodeOf(transport, Id);
    if (exitCode !== 0)
      throw new HookFailedError({ container, hook: name }, `it ended with exit code ${String(exitCode)}`);
  } catch (error) {
    if (error instanceof HookFailedError) throw error;
    throw new HookFailedError({ container, hook: name }, error instanceof Error ? error.message : String(error), error);
  }
}

/** The engine may notice the end of a command after that of its output. @returns `null`: it closed its output, and runs on */
async function exitCodeOf(transport: Transport, id: string): Promise<number | null> {
  for (let look = 1; ; look += 1) {
    const { Running, ExitCode } = await transport.request({ method: 'GET', path: `/exec/${id}/json` }, ExecInspection);
    if (Running !== true || look === LOOKS) return ExitCode ?? null;
    await delay(LOOK_INTERVAL);
  }
}
