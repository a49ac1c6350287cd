/**
 * A process that saves a target of 40 MB, which does not compress well, and a larger one in its place. Prints the fault of
 * the store, or `none`.
 *
 * Usage: `node --conditions=@device-supervisor/source replace-large-target.ts <database>`
 */
import { randomBytes } from 'node:crypto';
import { argv, stdout } from 'node:process';
import { openStore } from '@device-supervisor/store';

const VALUES = 100;

const [, , path = ''] = argv;
using store = openStore({ path });
for (const bytes of [200_000, 202_000]) {
  const value = (): string => randomBytes(bytes).toString('hex');
  const config = Object.fromEntries(Array.from({ length: VALUES }, (_, index) => [`V${index}`, value()]));
  store.targets.save('cloud', { name: 'device', config, apps: {} });
}
stdout.write(store.fault?.message ?? 'none');
