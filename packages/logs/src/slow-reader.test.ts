import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { heapUsed } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogRouter, type LogRouter } from './index.ts';
import { createFakeLogSource, type FakeLogSource } from './testing/index.ts';
import { rest, settled, take } from './testing/read-messages.ts';
import { DB, WEB } from './testing/watched-containers.ts';

let clock: FakeClock;
let source: FakeLogSource;
let router: LogRouter;

beforeEach(() => {
  clock = createFakeClock();
  source = createFakeLogSource(clock);
  router = createLogRouter({ source, clock });
});
afterEach(() => router[Symbol.asyncDispose]());

describe('a slow reader', () => {
  it('gets the latest messages, and the number of those that it missed', async () => {
    router.watch([WEB, DB]);
    const reader = router.attach({ capacity: 1_100 });
    source.write('d1', 'quiet');
    for (let index = 0; index < 1_000; index++) source.write('w1', `noisy ${index}`);
    await settled();
    const [notice, ...messages] = await rest(reader);
    expect(notice).toMatch(/^\d+ messages dropped$/);
    expect(messages).toContain('quiet');
    expect(messages).toContain('noisy 999');
    expect(Number.parseInt(notice ?? '', 10)).toBe(1_001 - messages.length);
  });

  it('gets that number once a second at most, while it stays slow', async () => {
    const reader = router.attach({ capacity: 330 });
    const burst = (): void => {
      for (let index = 0; index < 10; index++) router.system(`${index}`);
    };
    burst();
    expect(await take(reader, 2)).toEqual(['7 messages dropped', '7']);
    burst();
    clock.advance(999);
    expect(await take(reader, 1)).toEqual(['7']);
    burst();
    clock.advance(1);
    expect(await take(reader, 4)).toEqual(['18 messages dropped', '7', '8', '9']);
    router.system('one');
    router.system('x'.repeat(300));
    expect(await take(reader, 2)).toEqual(['x'.repeat(300), '1 message dropped']);
    expect(router.dropped).toBe(26);
  });

  it('costs bounded memory', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    const before = heapUsed();
    for (let index = 0; index < 50_000; index++) router.system(`${index} ${'x'.repeat(1_000)}`);
    expect(heapUsed() - before).toBeLessThan(10 * 1024 * 1024);
    const messages = await rest(reader);
    expect(messages.length).toBeLessThan(1_000);
    expect(messages.at(-1)).toMatch(/^49999 x/);
  });
});
