import { NO_APPS } from '@device-supervisor/compose';
import { setImmediate } from 'node:timers/promises';
import { createFakeClock } from '@device-supervisor/device/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloudUnreachableError } from './errors.ts';
import type { CloudHttp } from './http/cloud-http.ts';
import { startTargetPoller } from './poll/target-poller.ts';
import { startReporter } from './report/reporter.ts';

const INTERVAL = 900_000;
const DAY = 86_400_000;
const SHORTEST_PAUSE = 15_000;
/** Unless the cloud asks for more. */
const LONGEST_RETRY = 1.25 * INTERVAL + 1;

/** The cloud's answers to consecutive requests. */
type Answer = 'ok' | 'unreachable' | { readonly status: number; readonly retryAfter: number | null };

/** Events while the device waits for its next request. */
interface Moment {
  readonly answer: Answer;
  /** Requests from outside, after so many milliseconds each. */
  readonly wakes: readonly number[];
  /** The clock is set, e.g. by NTP. */
  readonly jump: number;
}

const seconds = fc.oneof(fc.nat({ max: 120 }), fc.nat({ max: 4000 }), fc.constant(10 * DAY));
const moment: fc.Arbitrary<Moment> = fc.record({
  answer: fc.oneof(
    fc.constant<Answer>('ok'),
    fc.constant<Answer>('unreachable'),
    fc.record({ status: fc.constantFrom(404, 429, 500, 503), retryAfter: fc.option(seconds, { nil: null }) }),
  ),
  wakes: fc.array(fc.nat({ max: 20_000 }), { maxLength: 4 }),
  jump: fc.constantFrom(0, 0, 3600_000, -3600_000, 30 * 365 * DAY, -30 * 365 * DAY),
});
const moments = fc.array(moment, { minLength: 1, maxLength: 12 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

interface Request {
  readonly at: number;
  readonly answer: Answer;
  /** Whether the next one was requested. */
  readonly isWoken: boolean;
}

/** Starts something that sends requests, and lets one moment after the other pass. @returns its requests, by a clock that is never set */
async function requestsOf(
  script: readonly Moment[],
  start: (http: CloudHttp, clock: ReturnType<typeof createFakeClock>) => AsyncDisposable & { wake(): void },
): Promise<Request[]> {
  const clock = createFakeClock();
  const times: number[] = [];
  const http: CloudHttp = {
    async request() {
      const answer = script[times.push(clock.monotonic()) - 1]?.answer ?? 'ok';
      if (answer === 'unreachable') throw new CloudUnreachableError('cloud', new Error('no route'));
      if (answer === 'ok')
        return { status: 200, headers: { etag: 'x' }, body: '{"d0":{"name":"n","apps":{},"config":{}}}' };
      const { status, retryAfter } = answer;
      return { status, headers: retryAfter === null ? {} : { 'retry-after': String(retryAfter) }, body: '' };
    },
    [Symbol.dispose]: () => undefined,
  };
  await using running = start(http, clock);
  for (const [index, { wakes, jump }] of script.entries()) {
    await settle();
    clock.jump(jump);
    for (const wait of wakes) {
      if (times.length > index + 1) break;
      clock.advance(wait);
      running.wake();
      await settle();
    }
    while (times.length <= index + 1 && clock.advanceToNext()) await settle();
  }
  return times.map((at, index) => {
    const { answer = 'ok', wakes = [] } = script[index] ?? {};
    return { at, answer, isWoken: wakes.length > 0 };
  });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await setImmediate();
}

/** Each request with the pause after it. */
function pauses(requests: readonly Request[]): (Request & { readonly pause: number })[] {
  return requests.slice(0, -1).map((each, index) => ({ ...each, pause: (requests[index + 1]?.at ?? 0) - each.at }));
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Milliseconds that the cloud asked to be left alone for, as far as it is listened to. */
function wantedPeace(answer: Answer): number {
  return typeof answer === 'object' ? Math.min((answer.retryAfter ?? 0) * 1000, DAY) : 0;
}

function pollBounds({ answer, isWoken }: Request): Bounds {
  if (answer === 'ok') return { least: isWoken ? 0 : INTERVAL, most: INTERVAL + 60_000 };
  const wanted = wantedPeace(answer);
  return { least: Math.max(SHORTEST_PAUSE, isWoken ? 0 : wanted), most: Math.max(LONGEST_RETRY, wanted) };
}

/** Requests do not shorten the pause after a failure. */
function reportBounds({ answer }: Request): Bounds {
  if (answer === 'ok') return { least: 10_000, most: 310_000 };
  const wanted = wantedPeace(answer);
  return { least: Math.max(SHORTEST_PAUSE, wanted), most: Math.max(LONGEST_RETRY, wanted) };
}

function expectWithin(requests: readonly Request[], boundsOf: (request: Request) => Bounds): void {
  for (const each of pauses(requests)) {
    const { least, most } = boundsOf(each);
    expect(each.pause).toBeGreaterThanOrEqual(least);
    expect(each.pause).toBeLessThanOrEqual(most);
  }
}

describe('whatever the cloud answers, whatever is requested, and however the clock is set,', () => {
  it('polls are neither a flood nor too rare', async () => {
    await fc.assert(
      fc.asyncProperty(moments, chance, async (script, random) => {
        const requests = await requestsOf(script, (http, clock) => {
          const poller = startTargetPoller({
            http,
            uuid: 'd0',
            key: 'key',
            clock,
            random: () => random,
            interval: () => INTERVAL,
            onTarget: async () => undefined,
            onPoll: () => undefined,
          });
          return {
            wake: () => poller.pollNow({ force: NO_APPS }),
            [Symbol.asyncDispose]: () => poller[Symbol.asyncDispose](),
          };
        });
        expect(requests.length).toBeGreaterThan(script.length);
        expectWithin(requests, pollBounds);
      }),
      { numRuns: 60 },
    );
  });

  it('reports are neither a flood nor too rare', async () => {
    await fc.assert(
      fc.asyncProperty(moments, chance, async (script, random) => {
        let changes = 0;
        const requests = await requestsOf(script, (http, clock) => {
          const reporter = startReporter({
            http,
            uuid: 'd0',
            key: 'key',
            clock,
            random: () => random,
            interval: () => INTERVAL,
            compose: async () => ({ status: `change ${++changes}` }),
            memory: { load: async () => null, save: async () => undefined },
            say: () => undefined,
          });
          return { wake: () => reporter.changed(), [Symbol.asyncDispose]: () => reporter[Symbol.asyncDispose]() };
        });
        expect(requests.length).toBeGreaterThan(script.length);
        expectWithin(requests, reportBounds);
      }),
      { numRuns: 60 },
    );
  });
});
