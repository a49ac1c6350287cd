import { waitFor } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import type { OperationEnd } from '../supervisor/supervisor-client.ts';
import { openOperationFeed } from './operation-feed.ts';

const PULL: OperationEnd = {
  id: 'pull web:1',
  kind: 'pull-image',
  service: 'web',
  failure: 'no such host',
  isRetried: true,
};

async function feedOf(...ends: readonly OperationEnd[]) {
  return await openOperationFeed({ operations: async () => read(ends) }, new AbortController().signal);
}

async function* read(ends: readonly OperationEnd[]): AsyncGenerator<OperationEnd> {
  yield* ends;
}

it('counts the failures of an operation', async () => {
  const feed = await feedOf(PULL, PULL, { ...PULL, failure: 'disk full', isRetried: false });
  await waitFor('the third failure', () => feed.failures.get(PULL.id)?.attempts === 3);
  expect(feed.failures.get(PULL.id)).toEqual({
    service: 'web',
    reason: 'cannot pull image: disk full',
    attempts: 3,
    isRetried: false,
  });
});

it('forgets the failures of an operation that succeeds, and all when a new apply begins', async () => {
  const feed = await feedOf(PULL, { ...PULL, id: 'start web', kind: 'start-container' }, { ...PULL, failure: null });
  await waitFor('the success', () => !feed.failures.has(PULL.id) && feed.failures.size === 1);
  feed.beginApply();
  expect(feed.failures.size).toBe(0);
});
