import { describe, expect, it } from 'vitest';
import { createSemaphore } from './index.ts';

describe('a semaphore', () => {
  it('runs as many tasks at once as it has permits, in the order in which they asked', async () => {
    const semaphore = createSemaphore(2);
    const started: number[] = [];
    const ends = [1, 2, 3, 4].map(() => Promise.withResolvers<void>());
    const tasks = ends.map(({ promise }, index) =>
      semaphore.run(async () => {
        started.push(index);
        await promise;
        return index;
      }),
    );
    await settle();
    expect(started).toEqual([0, 1]);
    ends[1]?.resolve();
    expect(await tasks[1]).toBe(1);
    await settle();
    expect(started).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    expect(await Promise.all(tasks)).toEqual([0, 1, 2, 3]);
  });

  it('returns the permit of a task that fails', async () => {
    const semaphore = createSemaphore(1);
    const failing = semaphore.run(() => Promise.reject(new Error('no')));
    const next = semaphore.run(async () => 'next');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });

  it('removes an aborted caller from the queue', async () => {
    const semaphore = createSemaphore(1);
    const first = await semaphore.acquire();
    const controller = new AbortController();
    const second = semaphore.acquire(controller.signal);
    const third = semaphore.acquire();
    controller.abort(new Error('stopping'));
    await expect(second).rejects.toThrow('stopping');
    first[Symbol.dispose]();
    using _held = await third;
    await expect(semaphore.acquire(AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });

  it('counts a permit once, however often it is returned', async () => {
    const semaphore = createSemaphore(1);
    const permit = await semaphore.acquire();
    permit[Symbol.dispose]();
    permit[Symbol.dispose]();
    await semaphore.acquire();
    let isSecond = false;
    void semaphore.acquire().then(() => (isSecond = true));
    await settle();
    expect(isSecond).toBe(false);
  });
});

/** Lets everything that can happen now happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
