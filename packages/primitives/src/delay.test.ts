import { describe, expect, it } from 'vitest';
import { createFakeClock } from './testing/index.ts';
import { delay } from './index.ts';

describe('delay', () => {
  it('waits until the time has passed', async () => {
    const clock = createFakeClock();
    let passed: boolean | null = null;
    const wait = delay(clock, 1000).then((outcome) => (passed = outcome));
    clock.advance(999);
    await Promise.resolve();
    expect(passed).toBe(null);
    clock.advance(1);
    expect(await wait).toBe(true);
  });

  it('ends with the signal, and leaves neither timer nor listener behind', async () => {
    const [clock, controller] = [createFakeClock(), new AbortController()];
    const wait = delay(clock, 1000, controller.signal);
    controller.abort();
    expect(await wait).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('does not begin when the signal is aborted already', async () => {
    const clock = createFakeClock();
    expect(await delay(clock, 1000, AbortSignal.abort())).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
