import { join } from 'node:path';
import type { HeldLock } from '@device-supervisor/update-locks';
import type { LockContext } from './lock-context.ts';
import { LOCK_NAMES, serviceDirectory } from './lock-directory.ts';
import { inspectLock } from './marker.ts';

/** Which of the services hold a lock now. @throws LockDirectoryError, InvalidServiceNameError */
export async function findHolders(
  context: LockContext,
  appId: number,
  services: readonly string[],
): Promise<readonly HeldLock[]> {
  const held = await Promise.all(services.map((service) => isHeld(context, appId, service)));
  return services.filter((_, index) => held[index]).map((service) => ({ appId, service }));
}

async function isHeld(context: LockContext, appId: number, service: string): Promise<boolean> {
  const path = serviceDirectory(context.directory, appId, service);
  const states = await Promise.all(LOCK_NAMES.map((name) => inspectLock(join(path, name), context.owner)));
  return states.some(({ kind }) => kind === 'foreign');
}
