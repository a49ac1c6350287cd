import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** A cgroup in which processes together have so much memory; the kernel ends one that takes more. */
export interface MemoryLimit extends AsyncDisposable {
  /** The command, run in the cgroup. */
  within(command: readonly string[]): readonly [string, ...string[]];
}

/** Files of a memory cgroup, by version. */
const V1 = { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' };
const V2 = { root: '/sys/fs/cgroup', limit: 'memory.max' };

/** Makes a cgroup. Disposing of it waits until its processes have ended. @param bytes that its processes may take */
export async function limitMemory(bytes: number): Promise<MemoryLimit> {
  const isFirstVersion = existsSync(V1.root);
  const { root, limit } = isFirstVersion ? V1 : V2;
  if (!isFirstVersion) await writeFile(join(root, 'cgroup.subtree_control'), '+memory');
  const directory = join(root, `memory-limit-${randomUUID()}`);
  await mkdir(directory);
  await writeFile(join(directory, limit), String(bytes));
  return {
    within: (command) => ['/bin/sh', '-c', `echo $$ > ${directory}/cgroup.procs && exec "$@"`, 'sh', ...command],
    async [Symbol.asyncDispose]() {
      await waitFor('the processes of the cgroup to be gone', async () => {
        await rmdir(directory);
        return true;
      });
    },
  };
}
