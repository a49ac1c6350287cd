/**
 * A process that writes to a store until it is killed, and prints each number that is committed.
 *
 * Usage: `node --conditions=@device-supervisor/source write-loop.ts <database>`
 */
import { once } from 'node:events';
import { argv, stdout } from 'node:process';
import { openStore } from '@device-supervisor/store';

const [, , path = ''] = argv;
const store = openStore({ path });
for (let number = Number(store.settings.get('number') ?? 0) + 1; ; number++) {
  store.settings.set('number', String(number));
  store.targets.save('cloud', { name: String(number), config: { PADDING: 'x'.repeat(number % 20_000) }, apps: {} });
  if (!stdout.write(`${number}\n`)) await once(stdout, 'drain');
}
