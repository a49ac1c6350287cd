import { expect, it } from 'vitest';
import { findBrokenHistory } from './find-broken-history.ts';

it('whatever happens on the way, a device of the cloud reaches its last target and then does nothing', async () => {
  expect(await findBrokenHistory({ managed: true, seed: 1 })).toBeNull();
});
