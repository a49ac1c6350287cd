import { createUpdateLocks } from '../src/index.ts';
import { beforeEachStep } from './record-steps.ts';

/** Takes and releases the locks of two services; dies by SIGKILL before the change on disk of the given number. */
const [directory = '', crashAt = ''] = process.argv.slice(2);
let step = 0;
const fileSystem = beforeEachStep(() => {
  step++;
  if (step === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
});
const locks = createUpdateLocks({ directory, holder: 'device-supervisor', fileSystem });
const result = await locks.acquire({ appId: 1, services: ['db', 'web'], force: false });
if (result.status === 'held') throw new Error('a lock is held');
await result.lease[Symbol.asyncDispose]();
