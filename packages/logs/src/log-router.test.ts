import { createFakeClock, type FakeClock } from '@device-supervisor/primitives/testing';
import { heapUsed } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
afterEach(async () => {
  await router[Symbol.asyncDispose]();
  expect(source.open).toEqual([]);
  expect(clock.pending).toBe(0);
});

describe('a reader', () => {
  it('gets the lines of services and the messages of the supervisor', async () => {
    router.watch([WEB, DB]);
    const reader = router.attach();
    router.system('Starting service', { appId: 1, serviceName: 'web' });
    expect(await take(reader, 1)).toEqual(['Starting service']);
    source.write('w1', 'hello');
    source.write('d1', 'oh no', { isStdErr: true });
    const lines = [(await reader.next()).value, (await reader.next()).value];
    const timestamp = clock.now();
    expect(lines).toEqual([
      { message: 'hello', timestamp, appId: 1, serviceId: 11, serviceName: 'web' },
      { message: 'oh no', timestamp, appId: 1, serviceId: 12, serviceName: 'db', isStdErr: true },
    ]);
  });

  it('knows the messages of the supervisor from those of services', async () => {
    const reader = router.attach();
    router.system('Hello');
    expect((await reader.next()).value).toEqual({ message: 'Hello', timestamp: clock.now(), isSystem: true });
  });

  it('gets what it accepts, and nothing from before it came', async () => {
    router.watch([WEB, DB]);
    source.write('w1', 'before');
    clock.advance(1);
    const reader = router.attach({ accepts: ({ serviceName }) => serviceName === 'web' });
    source.write('d1', 'other');
    source.write('w1', 'after');
    router.system('system');
    expect(await rest(reader)).toEqual(['after']);
  });

  it('shares what is read with the others, each at its own pace', async () => {
    router.watch([WEB]);
    const first = router.attach();
    source.write('w1', 'one');
    expect(await take(first, 1)).toEqual(['one']);
    const second = router.attach();
    source.write('w1', 'two');
    source.write('w1', 'three');
    expect(await take(second, 2)).toEqual(['two', 'three']);
    expect(await take(first, 2)).toEqual(['two', 'three']);
    expect(source.opened).toHaveLength(1);
  });

  it('gets the level that the service has: all, errors, or none', async () => {
    router.watch([
      { ...WEB, level: 'error' },
      { ...DB, level: 'none' },
    ]);
    const reader = router.attach();
    source.write('w1', 'fine');
    source.write('w1', 'broken', { isStdErr: true });
    source.write('d1', 'secret', { isStdErr: true });
    source.write('w1', 'broken again', { isStdErr: true });
    expect(await take(reader, 2)).toEqual(['broken', 'broken again']);
    expect(source.open).toEqual(['w1']);
    router.watch([
      { ...WEB, level: 'none' },
      { ...DB, level: 'all' },
    ]);
    await vi.waitFor(() => expect(source.open).toEqual(['d1']));
  });

  it('ends its loop by leaving it, by disposing of it, and when it waits', async () => {
    router.watch([WEB]);
    const loop = router.attach();
    router.system('one');
    for await (const _ of loop) break;
    expect(await loop.next()).toEqual({ done: true, value: undefined });

    const waiting = router.attach();
    const next = waiting.next();
    waiting[Symbol.dispose]();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('gets what is waiting before its end, when the router is disposed of', async () => {
    const reader = router.attach();
    router.system('one');
    await router[Symbol.asyncDispose]();
    router.system('two');
    expect(await take(reader, 2)).toEqual(['one', null]);
    expect(await take(router.attach(), 1)).toEqual([null]);
  });
});

describe('streams', () => {
  it('are open only while there is a reader', async () => {
    router.watch([WEB, DB]);
    await settled();
    expect(source.opened).toEqual([]);
    const [first, second] = [router.attach(), router.attach()];
    await vi.waitFor(() => expect(source.open).toEqual(['w1', 'd1']));
    first[Symbol.dispose]();
    await settled();
    expect(source.open).toEqual(['w1', 'd1']);
    second[Symbol.dispose]();
    await vi.waitFor(() => expect(source.open).toEqual([]));
    clock.advance(3_600_000);
    source.write('w1', 'unread');
    clock.advance(1);
    const third = router.attach();
    source.write('w1', 'read');
    expect(await rest(third)).toEqual(['read']);
  });

  it('open for containers that come, with what they have said already', async () => {
    const reader = router.attach();
    clock.advance(60_000);
    router.watch([]);
    clock.advance(500);
    source.write('w1', 'first line');
    clock.advance(500);
    router.watch([WEB]);
    expect(await rest(reader)).toEqual(['first line']);
  });

  it('give what a container has said while the list that lacks it was on its way', async () => {
    const reader = router.attach();
    clock.advance(60_000);
    source.write('w1', 'first line');
    clock.advance(500);
    router.watch([]);
    clock.advance(500);
    router.watch([WEB]);
    expect(await rest(reader)).toEqual(['first line']);
  });

  it('do not give what a container has said before there was a reader', async () => {
    router.watch([]);
    source.write('w1', 'too early');
    clock.advance(1);
    const reader = router.attach();
    router.watch([WEB]);
    source.write('w1', 'in time');
    expect(await rest(reader)).toEqual(['in time']);
  });

  it('give the last words of a container that is gone, and close', async () => {
    router.watch([WEB, DB]);
    const reader = router.attach();
    await vi.waitFor(() => expect(source.open).toEqual(['w1', 'd1']));
    router.watch([DB]);
    source.write('w1', 'last words');
    source.stop('w1');
    expect(await take(reader, 1)).toEqual(['last words']);
    await vi.waitFor(() => expect(source.open).toEqual(['d1']));
    expect(await rest(reader)).toEqual([]);
  });

  it('give the last words that come after their end', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    source.stop('w1');
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    source.write('w1', 'last words');
    router.watch([]);
    expect(await rest(reader)).toEqual(['last words']);
    await vi.waitFor(() => expect(clock.pending).toBe(0));
  });

  it('close a while after a container is gone, when they do not end by themselves', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    await vi.waitFor(() => expect(source.open).toEqual(['w1']));
    router.watch([]);
    router.watch([]);
    clock.advance(4_999);
    source.write('w1', 'in time');
    expect(await take(reader, 1)).toEqual(['in time']);
    clock.advance(4_999);
    await settled();
    expect(source.open).toEqual(['w1']);
    clock.advance(1);
    await vi.waitFor(() => expect(source.open).toEqual([]));
    source.write('w1', 'too late');
    expect(await rest(reader)).toEqual([]);
  });

  it('stay open when the container is back in time', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    await vi.waitFor(() => expect(source.open).toEqual(['w1']));
    router.watch([]);
    router.watch([WEB]);
    clock.advance(60_000);
    source.write('w1', 'still here');
    expect(await rest(reader)).toEqual(['still here']);
    expect(source.opened).toHaveLength(1);
  });
});

describe('a container that restarts', () => {
  it('loses and repeats no line, also of the same millisecond', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    for (const message of ['1', '2', '2']) source.write('w1', message);
    expect(await take(reader, 3)).toEqual(['1', '2', '2']);
    source.stop('w1');
    await vi.waitFor(() => expect(source.open).toEqual([]));
    source.write('w1', '2');
    source.start('w1');
    router.watch([WEB]);
    source.write('w1', '3');
    expect(await rest(reader)).toEqual(['2', '3']);
  });

  it('is read again soon, even without an event', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    source.write('w1', 'one');
    expect(await take(reader, 1)).toEqual(['one']);
    source.stop('w1');
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    source.start('w1');
    source.write('w1', 'two');
    clock.advance(1_000);
    expect(await rest(reader)).toEqual(['two']);
  });

  it('leaves nothing behind when it never comes back', async () => {
    const reader = router.attach();
    const text = 'x'.repeat(20_000);
    const before = heapUsed();
    for (let index = 0; index < 3_000; index++) {
      const name = Buffer.from(text).toString();
      router.watch([{ ...WEB, id: `${index}`, name }]);
      source.stop(`${index}`);
      if (index % 100 === 0) await settled();
    }
    router.watch([]);
    await settled();
    expect(clock.pending).toBe(0);
    expect(heapUsed() - before).toBeLessThan(10 * 1024 * 1024);
    reader[Symbol.dispose]();
  });

  it('is read on where it stood after it was gone for longer', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    source.write('w1', 'one');
    expect(await take(reader, 1)).toEqual(['one']);
    source.stop('w1');
    router.watch([]);
    await vi.waitFor(() => expect(clock.pending).toBe(0));
    clock.advance(5_000);
    router.watch([DB]);
    source.start('w1');
    source.write('w1', 'two');
    router.watch([WEB]);
    expect(await rest(reader)).toEqual(['two']);
  });
});

describe('a source that fails', () => {
  it('is tried again later and later, told once, and does not disturb the others', async () => {
    router.watch([WEB, DB]);
    const reader = router.attach();
    source.fail('w1', new Error('the log driver cannot be read'));
    expect(await take(reader, 1)).toEqual(["Cannot read the logs of service 'web': the log driver cannot be read"]);
    const attempts = [];
    for (const delay of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      await vi.waitFor(() => expect(clock.pending).toBe(1));
      clock.advance(delay - 1);
      await settled();
      const before = opened('w1');
      clock.advance(1);
      await vi.waitFor(() => expect(clock.pending).toBe(1));
      attempts.push(opened('w1') - before);
    }
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    source.write('d1', 'fine here');
    expect(await rest(reader)).toEqual(['fine here']);
  });

  it('continues at its position when it works again, and is reported when it fails again', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    source.write('w1', 'one');
    expect(await take(reader, 1)).toEqual(['one']);
    source.fail('w1', new Error('engine gone'));
    expect(await take(reader, 1)).toEqual(["Cannot read the logs of service 'web': engine gone"]);
    source.fail('w1', null);
    source.write('w1', 'two');
    clock.advance(1_000);
    expect(await take(reader, 1)).toEqual(['two']);
    source.fail('w1', new Error('engine gone'));
    expect(await take(reader, 1)).toEqual(["Cannot read the logs of service 'web': engine gone"]);
  });

  it('is tried at once when the containers change', async () => {
    router.watch([WEB]);
    const reader = router.attach();
    source.fail('w1', new Error('engine gone'));
    expect(await take(reader, 1)).toHaveLength(1);
    source.fail('w1', null);
    source.write('w1', 'two');
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    router.watch([WEB]);
    expect(await rest(reader)).toEqual(['two']);
  });
});

function opened(id: string): number {
  return source.opened.filter((stream) => stream.id === id).length;
}
