import { expect, it } from 'vitest';
import { createArchive } from './create-archive.ts';
import type { Part } from './read-part.ts';

it('ends without a fault when the client leaves, and asks for no more parts', async () => {
  const [errors, ended, left] = [new Array<unknown>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let made = 0;
  async function* parts(): AsyncGenerator<Part> {
    try {
      yield { name: `${++made}.txt`, content: crypto.randomUUID(), note: null };
      await left.promise;
      while (true) yield { name: `${++made}.txt`, content: crypto.randomUUID(), note: null };
    } finally {
      ended.resolve();
    }
  }
  const archive = createArchive(parts(), { folder: 'x', time: new Date(), onError: (error) => errors.push(error) });
  await archive.cancel();
  left.resolve();
  await ended.promise;
  await new Promise(setImmediate);
  expect(errors).toEqual([]);
  expect(made).toBeLessThanOrEqual(2);
});

it('ends without a fault when the client leaves in the middle of a large part', async () => {
  const faults: unknown[] = [];
  const note = (error: unknown): void => void faults.push(error);
  const ended = Promise.withResolvers<void>();
  async function* parts(): AsyncGenerator<Part> {
    try {
      while (true) yield { name: 'large.txt', content: 'x'.repeat(3_000_000), note: null };
    } finally {
      ended.resolve();
    }
  }
  // Otherwise the test runner would name no test.
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
  try {
    const reader = createArchive(parts(), { folder: 'x', time: new Date(), onError: note }).getReader();
    await reader.read();
    await reader.cancel();
    await ended.promise;
    await new Promise(setImmediate);
  } finally {
    process.removeListener('uncaughtException', note);
    for (const listener of others) process.on('uncaughtException', listener);
  }
  expect(faults).toEqual([]);
});

it('reports what breaks it off, and the client gets no whole archive', async () => {
  const errors: unknown[] = [];
  async function* parts(): AsyncGenerator<Part> {
    yield { name: 'first.txt', content: 'x', note: null };
    throw new Error('the disk is gone');
  }
  const archive = createArchive(parts(), { folder: 'x', time: new Date(), onError: (error) => errors.push(error) });
  await expect(new Response(archive).arrayBuffer()).rejects.toThrow('the disk is gone');
  expect(errors).toEqual([new Error('the disk is gone')]);
});
