import { holdUpdateLock } from '../src/index.ts';

/** Holds the update lock of a service, prints that, and waits for a signal. */
const [directory = ''] = process.argv.slice(2);
await holdUpdateLock({ directory, holder: 'backup' });
console.log('held');
process.stdin.resume();
