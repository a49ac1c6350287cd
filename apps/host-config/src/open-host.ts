import { systemClock } from '@device-supervisor/primitives/system-clock';
import { join } from 'node:path';
import { openConfigJson } from '@device-supervisor/config-json';
import { acquireDeviceLocks } from '@device-supervisor/device';
import { createHostConfig, hostConfigPaths, type HostConfiguration } from '@device-supervisor/host-config';
import { createUpdateLocks } from '@device-supervisor/lockfile';
import { createSystemd } from '@device-supervisor/systemd';
import type { HostLocation } from './config.ts';
import { lockableApps } from './lockable-apps.ts';

export interface OpenHost extends AsyncDisposable {
  readonly hostConfig: HostConfiguration;
}

/** Puts the packages together for the host. */
export function openHost(location: HostLocation): OpenHost {
  const stack = new AsyncDisposableStack();
  const systemd = stack.use(createSystemd({ busAddress: location.busAddress }));
  const directory = join(location.rootMount, 'tmp/balena-supervisor/services');
  // A name of our own: the supervisor's locks count as held, and those that we leave behind are ours to remove.
  const locks = stack.use(createUpdateLocks({ directory, holder: 'host-config' }));
  const hostConfig = createHostConfig({
    paths: hostConfigPaths(location),
    configJson: openConfigJson({ path: location.configJsonPath }),
    units: systemd.units,
    locks: {
      async acquireAll({ force }) {
        await locks.recoverLeftovers();
        const apps = await lockableApps(directory);
        return acquireDeviceLocks({ locks, clock: systemClock }, { apps, force, signal: NEVER });
      },
    },
  });
  return { hostConfig, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const NEVER = AbortSignal.any([]);
