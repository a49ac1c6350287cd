import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import type { SupervisorConfig } from '../config.ts';
import type { Logger } from '../log/create-logger.ts';
import type { RunProgram } from './run-program.ts';

export interface KernelModulesOptions {
  readonly config: Pick<SupervisorConfig, 'rootMount' | 'containerRoot'>;
  readonly log: Logger;
  readonly run: RunProgram;
}

/** Makes the host's kernel modules available, and loads the one that the firewall needs where it is not built in. */
export async function linkKernelModules({ config, log, run }: KernelModulesOptions): Promise<void> {
  const ofHost = join(config.rootMount, 'lib/modules');
  const own = join(config.containerRoot, '/usr/lib/modules');
  if (!existsSync(ofHost)) return;
  if (!existsSync(own)) await symlink(ofHost, own);
  // A kernel that has it built in, or none of it, fails here; the firewall reports what it lacks.
  await run('modprobe', ['ip6_tables']).catch((error: unknown) => log.debug(formatError(error)));
}
