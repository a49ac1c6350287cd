import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NamespacesUnavailableError } from './errors.ts';

export interface NamespaceRun {
  /** Names the run's temporary directory and its artefacts. */
  readonly id: string;
  /** Where temporary files are. `memory`: there, so that nothing waits for a disk, if the machine has enough. */
  readonly storage: 'memory' | 'disk';
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command in fresh namespaces, and resolves to its exit code. A keeper that outlives us
 * removes its temporary directory and the cgroups of its engines, also when we are killed. When the command fails, its artefacts stay in `.state/artefacts/<id>`.
 *
 * @throws {@link NamespacesUnavailableError} without Linux or root
 */
export async function runInNamespace(command: readonly string[], { id, storage }: NamespaceRun): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new NamespacesUnavailableError(process.platform);
  const keeper = spawn(
    process.execPath,
    [
      '--conditions=@device-supervisor/source',
      fileURLToPath(new URL('keep-namespace.ts', import.meta.url)),
      id,
      storage,
      ...command,
    ],
    // A session of its own: the terminal's signals reach only us, and are passed on once. Its standard input ends with us.
    { detached: true, stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const forward = (): void => void keeper.kill('SIGTERM');
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    await once(keeper, 'exit');
    return keeper.exitCode ?? 1;
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}
