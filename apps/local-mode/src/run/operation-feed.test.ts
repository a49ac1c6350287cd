import { once } from 'node:events';
import { waitFor } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import type { OperationEnd } from '../supervisor/stream-operations.ts';
import { openOperationFeed } from './operation-feed.ts';

const PULL: OperationEnd = {
  id: 'pull web:1',
  kind: 'pull-image',
  service: 'web',
  failure: 'no such host',
  isRetried: true,
};

async function feedOf(...streams: readonly (readonly OperationEnd[])[]) {
  const end = new AbortController();
  const waiting = [...streams];
  const feed = await openOperationFeed(
    {
      async operations(signal) {
        const next = waiting.shift();
        return read(next ?? [], next === undefined ? signal : null);
      },
    },
    end.signal,
  );
  await waitFor('the last stream to be read', () => waiting.length === 0);
  return feed;
}

/** A stream that breaks off after its items, or stays open until the signal is aborted. */
async function* read(items: readonly OperationEnd[], open: AbortSignal | null): AsyncGenerator<OperationEnd> {
  yield* items;
  if (open !== null) await once(open, 'abort');
}

it('counts the failures of an operation, also over streams that break off', async () => {
  const feed = await feedOf([PULL, PULL], [{ ...PULL, failure: 'disk full', isRetried: false }]);
  await waitFor('the third failure', () => feed.failures.get(PULL.id)?.attempts === 3);
  expect(feed.failures.get(PULL.id)).toEqual({
    service: 'web',
    reason: 'cannot pull image: disk full',
    attempts: 3,
    isRetried: false,
  });
});

it('forgets the failures of an operation that succeeds, and all when a new apply begins', async () => {
  const feed = await feedOf([PULL, { ...PULL, id: 'start web', kind: 'start-container' }, { ...PULL, failure: null }]);
  await waitFor('the success', () => !feed.failures.has(PULL.id) && feed.failures.size === 1);
  feed.beginApply();
  expect(feed.failures.size).toBe(0);
});
