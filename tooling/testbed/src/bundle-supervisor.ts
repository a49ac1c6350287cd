import { resolve } from 'node:path';
import { bundleApp } from '@device-supervisor/bundle';

/** Set when the supervisor's bundle is current, for the processes of a run that share it. */
const CURRENT_VARIABLE = 'TESTBED_BUNDLED';

/** Bundles the supervisor that fixtures start, once for a process and those that it starts. */
export async function bundleSupervisor(): Promise<void> {
  if (process.env[CURRENT_VARIABLE] === 'yes') return;
  await bundleApp(resolve(import.meta.dirname, '../../../apps/supervisor'));
  process.env[CURRENT_VARIABLE] = 'yes';
}
