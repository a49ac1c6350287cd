import { describe, expect, it } from 'vitest';
import { waitFor } from './wait-for.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 1; number <= count; number++) yield number;
}

describe('waitFor a state', () => {
  it('looks until it is there, and returns it', async () => {
    let looks = 0;
    expect(await waitFor('the third look', () => ++looks, { until: (look) => look === 3 })).toBe(3);
  });

  it('takes anything for there that is neither undefined, null nor false', async () => {
    const states = [undefined, null, false, 0];
    expect(await waitFor('a state', () => states.shift())).toBe(0);
  });

  it('takes a failure for "not yet"', async () => {
    let looks = 0;
    const look = async (): Promise<string> => {
      if (++looks < 3) throw new Error('connection refused');
      return 'up';
    };
    expect(await waitFor('the server', look)).toBe('up');
  });

  it('reports the last state when nothing changes any more', async () => {
    const waiting = waitFor('health', async () => ({ health: 'starting' }), {
      until: ({ health }) => health === 'healthy',
      patience: 120,
    });
    await expect(waiting).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: expect.stringMatching(
        /^health did not come; nothing has changed for \d+ ms; last seen: \{ health: 'starting' \}$/,
      ),
    });
  });

  it('reports the last failure when nothing changes any more', async () => {
    const cause = new Error('connection refused');
    const waiting = waitFor('the server', () => Promise.reject(cause), { patience: 120 });
    await expect(waiting).rejects.toMatchObject({ message: expect.stringContaining('connection refused'), cause });
  });

  it('goes on as long as something changes, however long that takes', async () => {
    let looks = 0;
    const began = performance.now();
    const look = (): string => `look ${++looks} after ${Math.floor(performance.now() - began)} ms`;
    await waitFor('look 40', look, { until: (said) => said.startsWith('look 40 '), patience: 1_000 });
    expect(performance.now() - began).toBeGreaterThan(1_000);
  });

  it('looks less often the longer it waits', async () => {
    let looks = 0;
    const began = performance.now();
    await waitFor('two seconds', () => (looks++, performance.now() - began >= 2_000));
    // As often as at the beginning would be 100 times.
    expect(looks).toBeLessThan(50);
  });

  it('does not wait for a look that hangs', async () => {
    const waiting = waitFor('the server', () => Promise.withResolvers<void>().promise, { patience: 120 });
    await expect(waiting).rejects.toThrow(/^the server did not come; .* last seen: 'nothing'$/);
  });
});

describe('waitFor an item of a stream', () => {
  it('reads until it comes, and closes the stream', async () => {
    const stream = numbers(10);
    expect(await waitFor('four', stream, { until: (number) => number === 4 })).toBe(4);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('reports the last item when the stream ends', async () => {
    const waiting = waitFor('a hundred', numbers(3), { until: (number) => number === 100 });
    await expect(waiting).rejects.toMatchObject({
      code: 'STREAM_ENDED',
      message: expect.stringContaining('last seen: 3'),
    });
  });

  it('reports the last item when nothing more comes', async () => {
    async function* stalling(): AsyncGenerator<number> {
      yield 1;
      await Promise.withResolvers<void>().promise;
    }
    const waiting = waitFor('two', stalling(), { until: (number) => number === 2, patience: 120 });
    await expect(waiting).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: expect.stringContaining('last seen: 1'),
    });
  });

  it('passes on the failure of a stream', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('connection lost');
    }
    await expect(waitFor('two', failing(), { until: (number) => number === 2 })).rejects.toThrow('connection lost');
  });
});
