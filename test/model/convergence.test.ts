import { expect, it } from 'vitest';
import { findBrokenHistory } from './find-broken-history.ts';

it('whatever happens on the way, a device in local mode reaches its last target and then does nothing', async () => {
  expect(await findBrokenHistory({ managed: false, seed: 3 })).toBeNull();
});
