const [directory = 'services'] = process.argv.slice(2);
// #region readme
import { createUpdateLocks } from '@device-supervisor/lockfile';

// On a device: /mnt/root/tmp/balena-supervisor/services
const locks = createUpdateLocks({ directory, holder: 'my-tool' });
await locks.prepare(1, ['web']);
const result = await locks.acquire({ appId: 1, services: ['web'], force: false });
if (result.status === 'held') {
  console.log('locked by', result.holders);
} else {
  console.log('Neither the service nor the supervisor touches the containers of app 1 here.');
  await result.lease[Symbol.asyncDispose]();
}
await locks[Symbol.asyncDispose]();
// #endregion
