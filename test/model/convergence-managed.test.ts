import { expect, it } from 'vitest';
import { findBrokenHistory } from './find-broken-history.ts';

it(
  'whatever happens on the way, a device of the cloud reaches its last target and then does nothing',
  { timeout: 600_000 },
  async () => {
    expect(await findBrokenHistory({ managed: true, runs: 5000, seed: 1 })).toBeNull();
  },
);
