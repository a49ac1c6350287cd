const directory = '.';
// #region readme
import { holdUpdateLock } from '@device-supervisor/lockfile';

const lock = await holdUpdateLock({ holder: 'backup', directory }); // without: /tmp/balena
try {
  console.log('The supervisor neither stops nor replaces the containers of this service here.');
} finally {
  await lock[Symbol.asyncDispose]();
}
// #endregion
