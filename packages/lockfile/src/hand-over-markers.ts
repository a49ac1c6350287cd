import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceReference } from '@device-supervisor/compose';
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
  const said = await Promise.all(services.map((service) => hasMarker(context, appId, service)));
  return services.filter((_, index) => said[index]).map((service) => ({ appId, service }));
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

async function hasMarker({ directory }: LockContext, appId: number, service: string): Promise<boolean> {
  const path = serviceDirectory(directory, appId, service);
  const found = await Promise.all(HAND_OVER_NAMES.map((name) => exists(join(path, name))));
  return found.includes(true);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new LockDirectoryError(path, error);
  }
}
