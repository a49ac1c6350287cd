import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceReference } from '@device-supervisor/update-locks';
import { LockDirectoryError, systemCodeOf } from './errors.ts';
import type { LockContext } from './lock-context.ts';
import { serviceDirectory } from './lock-directory.ts';
import { removeTree } from './remove-tree.ts';

/** Either of them, in a service's lock directory, says that its new container took over from the old one. */
export const HAND_OVER_NAMES = ['handover-complete', 'resin-kill-me'] as const;

/** Which of the services said so. @throws LockDirectoryError, InvalidServiceNameError */
export async function findHandOvers(
  context: LockContext,
  appId: number,
  services: readonly string[],
): Promise<readonly ServiceReference[]> {
  return services.filter((service) => hasMarker(context, appId, service)).map((service) => ({ appId, service }));
}

/** Makes it as if the service had not said so. @throws LockDirectoryError, InvalidServiceNameError */
export async function clearHandOver(context: LockContext, appId: number, service: string): Promise<void> {
  const directory = serviceDirectory(context.directory, appId, service);
  for (const name of HAND_OVER_NAMES) {
    const path = join(directory, name);
    try {
      await removeTree(path);
    } catch (error) {
      throw new LockDirectoryError(path, error);
    }
  }
}

function hasMarker({ directory }: LockContext, appId: number, service: string): boolean {
  const path = serviceDirectory(directory, appId, service);
  return HAND_OVER_NAMES.some((name) => exists(join(path, name)));
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOTDIR') return false;
    throw new LockDirectoryError(path, error);
  }
}
