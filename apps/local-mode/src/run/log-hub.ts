import type { LogLine, SupervisorClient } from '../supervisor/supervisor-client.ts';

/** Everything that services and supervisor write, from one stream that is open as long as the session lasts. */
export interface LogHub {
  /** The latest lines of a service. */
  tail(service: string): readonly string[];
  /** Passes lines on, beginning with the held ones; `null`: holds them from now on. */
  passTo(sink: ((line: LogLine) => void) | null): void;
}

/** Lines that are held at most; older ones are dropped. */
const HELD_LINES = 1000;
/** Lines of each service that are kept to show why it failed. */
const TAIL_LINES = 5;

/** Opens the stream; nothing that is written after this resolves is missed. */
export async function openLogHub(client: Pick<SupervisorClient, 'logs'>, signal: AbortSignal): Promise<LogHub> {
  const hub = new Hub();
  const lines = await client.logs(signal);
  // The watcher of the services reports a supervisor that refuses the stream.
  void read(hub, lines).catch(() => undefined);
  return hub;
}

async function read(hub: Hub, lines: AsyncIterable<LogLine>): Promise<void> {
  for await (const line of lines) hub.take(line);
}

class Hub implements LogHub {
  readonly #tails = new Map<string, string[]>();
  #held: LogLine[] = [];
  #sink: ((line: LogLine) => void) | null = null;

  tail(service: string): readonly string[] {
    return this.#tails.get(service) ?? [];
  }

  passTo(sink: ((line: LogLine) => void) | null): void {
    this.#sink = sink;
    if (sink === null) return;
    const held = this.#held;
    this.#held = [];
    for (const line of held) sink(line);
  }

  take(line: LogLine): void {
    if (!line.isSystem && line.service !== null) remember(this.#tails, line.service, line.message);
    if (this.#sink !== null) return this.#sink(line);
    // While lines are held, the table shows what the supervisor does.
    if (line.isSystem) return;
    this.#held.push(line);
    if (this.#held.length > HELD_LINES) this.#held.shift();
  }
}

function remember(tails: Map<string, string[]>, service: string, message: string): void {
  const tail = tails.get(service) ?? [];
  tail.push(message);
  if (tail.length > TAIL_LINES) tail.shift();
  tails.set(service, tail);
}
