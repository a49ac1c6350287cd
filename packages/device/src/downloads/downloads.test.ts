import { expect, it } from 'vitest';
import { Downloads } from './downloads.ts';

it('does not restart a download that ended after the device was observed', async () => {
  const pulls: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const pullImage = async (reference: string): Promise<void> => {
    pulls.push(reference);
    await arrived.promise;
  };
  await using downloads = new Downloads({ engine: { pullImage }, onEvent: () => undefined });
  const options = { signal: new AbortController().signal, onProgress: () => undefined };

  const first = downloads.pull('web:1', options);
  expect([...downloads.beginRound()]).toEqual(['web:1']);
  arrived.resolve();
  await first;
  await downloads.pull('web:1', options);
  expect(pulls).toEqual(['web:1']);

  expect([...downloads.beginRound()]).toEqual([]);
  await downloads.pull('web:1', options);
  expect(pulls).toEqual(['web:1', 'web:1']);
});
