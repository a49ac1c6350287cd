import { expect, it } from 'vitest';
import { createUpdateQueue } from './update-queue.ts';

function updates() {
  const runs: { readonly paths: readonly string[]; finish(succeeded: boolean): void }[] = [];
  const waiting: (() => void)[] = [];
  const queue = createUpdateQueue({
    settle: () => Promise.resolve(),
    update(paths) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      runs.push({ paths: [...paths], finish: resolve });
      for (const wake of waiting.splice(0)) wake();
      return promise;
    },
  });
  const begun = async (count: number): Promise<void> => {
    while (runs.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      await promise;
    }
  };
  return { queue, runs, begun };
}

it('merges the changes that come together, and those that come during an update', async () => {
  const { queue, runs, begun } = updates();
  queue.add('a');
  queue.add('b');
  await begun(1);
  queue.add('c');
  queue.add('a');
  queue.add('c');
  runs[0]?.finish(true);
  await begun(2);
  runs[1]?.finish(true);
  await queue.idle();
  expect(runs.map(({ paths }) => paths)).toEqual([
    ['a', 'b'],
    ['c', 'a'],
  ]);
});

it('takes the changes of an update that failed into the next one', async () => {
  const { queue, runs, begun } = updates();
  queue.add('a');
  await begun(1);
  runs[0]?.finish(false);
  await queue.idle();
  queue.add('b');
  await begun(2);
  runs[1]?.finish(true);
  await queue.idle();
  queue.add('c');
  await begun(3);
  runs[2]?.finish(true);
  await queue.idle();
  expect(runs.map(({ paths }) => paths)).toEqual([['a'], ['a', 'b'], ['c']]);
});
