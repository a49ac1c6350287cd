import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { httpFetch } from './http-fetch.ts';

const { signal: interruption } = new AbortController();

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('httpFetch', () => {
  afterEach(() => void vi.useRealTimers());

  it('gives up a read of a device that takes it and does not answer', async () => {
    await using device = await serve(() => undefined);
    await expect(httpFetch(new Request(device.url), { interruption, limit: 50 })).rejects.toThrow(
      'no answer within 0.05 s',
    );
  });

  it('waits for the end of an action', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using device = await serve((_, response) => {
      vi.advanceTimersByTime(3_600_000);
      response.end('done');
    });
    const answer = await httpFetch(new Request(device.url, { method: 'POST' }), { interruption });
    expect(await answer.text()).toBe('done');
  });

  it('does not end a stream that has begun', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using device = await serve((_, response) => response.flushHeaders());
    const { body } = await httpFetch(new Request(device.url), { interruption });
    expect(vi.getTimerCount()).toBe(0);
    await body?.cancel();
  });

  it('ends a stream with the signal of its request, which nothing else refers to', async () => {
    await using device = await serve((_, response) => response.flushHeaders());
    const end = new AbortController();
    const open = async (): Promise<Response> => {
      const signal = AbortSignal.any([end.signal, new AbortController().signal]);
      return await httpFetch(new Request(device.url, { signal }), { interruption });
    };
    const { body } = await open();
    const read = body?.getReader().read();
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    for (let round = 0; round < 3; round += 1) {
      await setImmediate();
      collect();
    }
    end.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
  });
});
