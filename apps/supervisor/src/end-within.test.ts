import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endWithin } from './end-within.ts';

describe('endWithin', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for the end', async () => {
    await expect(endWithin({ [Symbol.asyncDispose]: async () => undefined }, 1000)).resolves.toBe(true);
  });

  it('passes on why it failed', async () => {
    const failing = { [Symbol.asyncDispose]: () => Promise.reject(new Error('no')) };
    await expect(endWithin(failing, 1000)).rejects.toThrow('no');
  });

  it('waits no longer than the limit', async () => {
    const never = Promise.withResolvers<undefined>();
    const ended = endWithin({ [Symbol.asyncDispose]: () => never.promise }, 1000);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(ended).resolves.toBe(false);
  });
});
