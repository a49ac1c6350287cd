import type { TargetState } from '@device-supervisor/state';
import type { DeviceLocks } from '../ports.ts';

/**
 * Makes the lock directories of all services: they must be there before the containers are, and again after the host's
 * `/tmp` was emptied.
 *
 * @returns why one of them could not be made; `null`: all are there
 */
export async function prepareLockDirectories(
  target: TargetState,
  locks: Pick<DeviceLocks, 'prepare'>,
): Promise<unknown> {
  const services = Object.values(target.apps).flatMap(({ id, release }) =>
    Object.keys(release?.services ?? {}).map((name) => ({ appId: id, name })),
  );
  const results = await Promise.allSettled(services.map(({ appId, name }) => locks.prepare(appId, name)));
  const failure = results.find((result) => result.status === 'rejected');
  return failure?.status === 'rejected' ? failure.reason : null;
}
