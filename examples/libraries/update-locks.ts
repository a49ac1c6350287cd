const [directory = 'services'] = process.argv.slice(2);
// #region readme
import { createUpdateLocks } from '@device-supervisor/lockfile';
import type { UpdateLocks } from '@device-supervisor/update-locks';

/** Locks that hold every update back until a moment, unless it is forced. */
function closedUntil(end: Date, locks: UpdateLocks): UpdateLocks {
  const terms = { holder: 'shop', reason: 'customers are here', expiresAt: end.getTime() };
  return {
    clearHandOver: (appId, service) => locks.clearHandOver(appId, service),
    async acquire(request) {
      if (request.force || Date.now() >= end.getTime()) return await locks.acquire(request);
      const { appId, services } = request;
      return { status: 'held', holders: services.map((service) => ({ appId, service, terms })) };
    },
  };
}

const files = createUpdateLocks({ directory, holder: 'my-tool' });
const locks = closedUntil(new Date(Date.now() + 3_600_000), files);
console.log(await locks.acquire({ appId: 1, services: ['web'], force: false })); // { status: 'held', holders: […] }
await files[Symbol.asyncDispose]();
// #endregion
