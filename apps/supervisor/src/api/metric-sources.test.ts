import { expect, it } from 'vitest';
import { cloudMetrics } from './metric-sources.ts';

it('counts polls and reports by how they ended, and tells how long ago one succeeded', async () => {
  let now = 5000;
  const { record, source } = cloudMetrics(() => now);
  record({ kind: 'poll', ok: true, nextIn: 900_000 });
  record({ kind: 'poll', ok: false, nextIn: 120_000 });
  record({ kind: 'report', ok: false, nextIn: 15_000 });
  now += 90_400;
  expect(await source()).toMatchObject([
    {
      name: 'supervisor_cloud_requests_total',
      samples: [
        { labels: { kind: 'poll', result: 'ok' }, value: 1 },
        { labels: { kind: 'poll', result: 'failed' }, value: 1 },
        { labels: { kind: 'report', result: 'ok' }, value: 0 },
        { labels: { kind: 'report', result: 'failed' }, value: 1 },
      ],
    },
    { name: 'supervisor_cloud_last_success_seconds', samples: [{ labels: { kind: 'poll' }, value: 90 }] },
    {
      name: 'supervisor_cloud_next_request_seconds',
      samples: [
        { labels: { kind: 'poll' }, value: 30 },
        // It is late.
        { labels: { kind: 'report' }, value: 0 },
      ],
    },
  ]);
  record({ kind: 'report', ok: true, nextIn: null });
  const [, , next] = await source();
  expect(next?.samples.map(({ labels }) => labels)).toEqual([{ kind: 'poll' }]);
});
