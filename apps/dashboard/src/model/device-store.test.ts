import { createApiClient } from '@device-supervisor/api-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDeviceStore, type DeviceStore } from './device-store.ts';

const OLD = 'old-key';
const NEW = 'new-key';

let key: string;
let store: DeviceStore;
/** Requests for the plan with the old key, which the test answers. */
let heldPlans: ((response: Response) => void)[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'performance', 'Date'] });
  key = OLD;
  heldPlans = [];
  const client = createApiClient({ address: 'http://device', key: () => key, fetch: answer });
  store = createDeviceStore(client, { hidden: false, addEventListener: () => undefined });
});

afterEach(() => {
  vi.useRealTimers();
});

/** The device takes each key that the test sets, and holds answers about the plan to the old one back. */
async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/v3/events') {
    const stream = new ReadableStream({
      start: (controller) => request.signal.addEventListener('abort', () => controller.error(request.signal.reason)),
    });
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  }
  if (pathname === '/v3/plan' && request.headers.get('authorization') === `Bearer ${OLD}`) {
    const { promise, resolve } = Promise.withResolvers<Response>();
    heldPlans.push(resolve);
    return await promise;
  }
  return Response.json({ operations: [], locks: [], samples: [], spanSeconds: 1, name: 'device' });
}

/** Lets time pass until it is so. */
async function until(condition: () => boolean): Promise<void> {
  for (let step = 0; step < 100 && !condition(); step++) await vi.advanceTimersByTimeAsync(100);
  expect(condition()).toBe(true);
}

async function signInAgain(): Promise<void> {
  store.connect();
  await until(() => heldPlans.length === 1);
  key = NEW;
  store.signIn();
  await until(() => store.info.value !== null);
}

it('asks for a key when the device refuses the present one', async () => {
  store.connect();
  await until(() => heldPlans.length === 1);
  heldPlans[0]?.(new Response('Unauthorized', { status: 401 }));
  await until(() => store.needsKey.value);
  expect(store.needsKey.value).toBe(true);
});

it('asks for no other key when a request with an earlier one is refused late', async () => {
  await signInAgain();
  heldPlans[0]?.(new Response('Unauthorized', { status: 401 }));
  // The plan is read again when that answer has been taken in.
  await until(() => store.plan.value !== null);
  expect(store.needsKey.value).toBe(false);
});

it('shows nothing that the device told an earlier key', async () => {
  await signInAgain();
  const shown: unknown[] = [];
  store.plan.subscribe((plan) => shown.push(plan));
  heldPlans[0]?.(Response.json({ operations: [], earlier: true }));
  await until(() => store.plan.value !== null);
  expect(shown).toEqual([null, expect.not.objectContaining({ earlier: true })]);
});
