import { resolve } from 'node:path';
import { bundleApp } from '@device-supervisor/bundle';

/** Names of the apps whose bundles are current, for the processes of a run that share them. */
const CURRENT_VARIABLE = 'TESTBED_BUNDLED';

/** Bundles the supervisor that fixtures start, once for a process and those that it starts. */
export async function bundleSupervisor(): Promise<void> {
  await bundleApps(['supervisor']);
}

/** Bundles apps that tests start, each of them once for a process and those that it starts. @param names of folders in `apps` */
export async function bundleApps(names: readonly string[]): Promise<void> {
  const current = new Set(process.env[CURRENT_VARIABLE]?.split(' '));
  for (const name of names) {
    if (current.has(name)) continue;
    await bundleApp(resolve(import.meta.dirname, '../../../apps', name));
    current.add(name);
  }
  process.env[CURRENT_VARIABLE] = [...current].join(' ');
}
