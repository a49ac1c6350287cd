import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Runs a script of this directory in a Node.js of its own. */
export function spawnScript(script: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, ['--conditions=@device-supervisor/source', path, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

export async function exitOf(child: ChildProcess): Promise<ChildExit> {
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode };
}
