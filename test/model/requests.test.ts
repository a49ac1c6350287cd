import { expect, it } from 'vitest';
import { findBrokenRequest } from './find-broken-request.ts';

it('whatever is asked in whatever order, force, cancel, actions and what is shown never contradict each other', async () => {
  expect(await findBrokenRequest({ seed: 11, count: 5_000 })).toBeNull();
});
