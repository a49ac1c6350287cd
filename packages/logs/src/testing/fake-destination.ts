import type { LogMessage } from '../log-message.ts';
import type { LogDestination, StreamFailure } from '../upload/log-destination.ts';

/** A server of logs that does as a test says. */
export interface FakeDestination extends LogDestination {
  /** Texts of what was written to each stream, in order. */
  readonly streams: readonly FakeStream[];
  /** Texts of what was confirmed, in order. */
  readonly confirmed: readonly string[];
  /** Whether it confirms streams that are closed; else they hang. */
  confirms: boolean;
  /** Whether it reads. */
  reads: boolean;
  /** The fate of streams that are opened from now on; `null`: they stay open. */
  failure: Error | null;
  /** Its classification of failures. */
  verdict: StreamFailure;
  /** Breaks the streams that are open. */
  breakNow(error: Error): void;
}

export interface FakeStream {
  readonly written: readonly string[];
  readonly state: 'open' | 'closing' | 'confirmed' | 'broken';
}

export function createFakeDestination(): FakeDestination {
  const streams: { written: string[]; state: FakeStream['state']; fail: (error: Error) => void }[] = [];
  const confirmed: string[] = [];
  const fake: FakeDestination = {
    streams,
    confirmed,
    confirms: true,
    reads: true,
    failure: null,
    verdict: { retryAfter: null, isRefusal: false },
    judge: () => fake.verdict,
    breakNow(error) {
      for (const stream of streams) stream.fail(error);
    },
    open() {
      const broken = Promise.withResolvers<never>();
      broken.promise.catch(() => undefined);
      const stream = {
        written: new Array<string>(),
        state: OPEN,
        fail(error: Error) {
          if (stream.state === 'confirmed') return;
          stream.state = 'broken';
          broken.reject(error);
        },
      };
      streams.push(stream);
      if (fake.failure !== null) stream.fail(fake.failure);
      return {
        broken: broken.promise,
        write({ message }: LogMessage) {
          if (stream.state === 'broken') return false;
          stream.written.push(message);
          return fake.reads;
        },
        drained: () => broken.promise,
        async close() {
          if (stream.state === 'open') stream.state = 'closing';
          if (!fake.confirms || stream.state === 'broken') return await broken.promise;
          stream.state = 'confirmed';
          confirmed.push(...stream.written);
        },
        destroy: () => stream.fail(new Error('given up')),
      };
    },
  };
  return fake;
}

const OPEN: FakeStream['state'] = 'open';
