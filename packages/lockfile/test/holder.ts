import { createUpdateLocks } from '../src/index.ts';

/** Takes the locks of two services, prints that, and exits by itself or waits for a signal, as its argument says. */
const [directory = '', end = ''] = process.argv.slice(2);
const locks = createUpdateLocks({ directory, holder: 'device-supervisor' });
const result = await locks.acquire({ appId: 1, services: ['db', 'web'], force: false });
console.log(result.status);
if (end === 'exit') process.exit(0);
if (end === 'throw') throw new Error('a defect');
process.stdin.resume();
