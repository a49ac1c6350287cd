import { Readable } from 'node:stream';
import { connectEngine } from '@device-supervisor/testbed';

/** From the begin of a change to events of the engine, in milliseconds. */
export interface ChangeTimes {
  /** To its first one: something was created, renamed or stopped. */
  readonly firstWrite: number;
  /** To the start of the last service. */
  readonly whole: number;
}

export interface EngineClock extends AsyncDisposable {
  /** Resolves with the first change. */
  readonly begun: Promise<void>;
  /** Resolves with the last start. @param began milliseconds since the epoch */
  timesSince(began: number): Promise<ChangeTimes>;
}

/** Events with which a change can begin. */
const WRITES: ReadonlySet<string> = new Set(['create', 'rename', 'kill']);

/** Takes the time from the engine's events, as the engine saw them. @param starts containers that are started until the change is done */
export async function followEngine(endpoint: string, starts: number): Promise<EngineClock> {
  const docker = connectEngine(endpoint);
  const stream = await docker.getEvents({ filters: { type: ['container', 'network', 'volume'] } });
  const begun = Promise.withResolvers<void>();
  const done = Promise.withResolvers<{ first: number; last: number }>();
  let first = 0;
  let seen = 0;
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, action = ''] = /"Action":"(\w+)/.exec(line) ?? [];
      const time = Number(/"timeNano":(\d+)/.exec(line)?.[1] ?? 0) / 1e6;
      if (first === 0 && WRITES.has(action)) {
        first = time;
        begun.resolve();
      }
      if (action === 'start' && ++seen === starts) done.resolve({ first, last: time });
    }
  });
  return {
    begun: begun.promise,
    async timesSince(began) {
      const { first: firstWrite, last } = await done.promise;
      return { firstWrite: firstWrite - began, whole: last - began };
    },
    async [Symbol.asyncDispose]() {
      stream.removeAllListeners('data');
      if (stream instanceof Readable) stream.destroy();
    },
  };
}
