import { NO_EVENTS, readServiceEvent, type ServiceEvents } from '../view/service-events.ts';
import type { SupervisorClient } from '../supervisor/supervisor-client.ts';
import type { LogLine } from '../supervisor/stream-logs.ts';

/** Everything that services and supervisor write, from one stream; read as long as the session lasts. */
export interface LogHub {
  /** What the supervisor's lines say of each service. */
  readonly events: ReadonlyMap<string, ServiceEvents>;
  /** Milliseconds, on the clock of `performance.now()`, of the supervisor's latest line. */
  readonly lastSystemLine: number;
  /** The latest lines of a service. */
  tail(service: string): readonly string[];
  /** What failed before does not count any more. */
  beginApply(services: readonly ServiceImage[]): void;
  /** Passes lines on, beginning with those that were held; `null`: holds them from now on. */
  passTo(sink: ((line: LogLine) => void) | null): void;
}

export interface ServiceImage {
  readonly name: string;
  readonly image: string;
}

/** Lines that are held at most; the older ones are dropped. */
const HELD_LINES = 1000;
/** Lines of each service that are remembered for showing why it failed. */
const TAIL_LINES = 5;

/** Lines name a service alone, or with its image. */
const SERVICE = /\bservice '([^' ]+)/i;
const IMAGE = /\bimage '(.+?)'/;

/** Opens the stream; nothing that is written after this resolves is missed. */
export async function openLogHub(client: Pick<SupervisorClient, 'logs'>, signal: AbortSignal): Promise<LogHub> {
  const hub = new Hub();
  const first = await client.logs(signal);
  // The watcher of the services notices the end of the supervisor.
  void readOn(hub, first, { client, signal }).catch(() => undefined);
  return hub;
}

/** Reopens a stream that breaks off while the supervisor runs. */
async function readOn(
  hub: Hub,
  first: AsyncIterable<LogLine>,
  { client, signal }: { client: Pick<SupervisorClient, 'logs'>; signal: AbortSignal },
): Promise<void> {
  for (let lines = first; ; lines = await client.logs(signal)) {
    for await (const line of lines) hub.take(line);
    if (signal.aborted) return;
  }
}

class Hub {
  readonly events = new Map<string, ServiceEvents>();
  lastSystemLine = 0;
  readonly #tails = new Map<string, string[]>();
  #services: readonly ServiceImage[] = [];
  #held: LogLine[] = [];
  #sink: ((line: LogLine) => void) | null = null;

  tail(service: string): readonly string[] {
    return this.#tails.get(service) ?? [];
  }

  beginApply(services: readonly ServiceImage[]): void {
    this.#services = services;
    // Why something waits is said once, as long as it stays true.
    for (const [name, events] of this.events) this.events.set(name, { ...events, failure: null });
  }

  passTo(sink: ((line: LogLine) => void) | null): void {
    this.#sink = sink;
    if (sink === null) return;
    const held = this.#held;
    this.#held = [];
    for (const line of held) sink(line);
  }

  take(line: LogLine): void {
    if (line.isSystem) this.#takeSystemLine(line);
    else if (line.service !== null) remember(this.#tails, line.service, line.message);
    if (this.#sink !== null) return this.#sink(line);
    // What the supervisor does is shown otherwise while lines are held.
    if (line.isSystem) return;
    this.#held.push(line);
    if (this.#held.length > HELD_LINES) this.#held.shift();
  }

  #takeSystemLine(line: LogLine): void {
    this.lastSystemLine = performance.now();
    for (const service of this.#concerned(line)) {
      this.events.set(service, readServiceEvent(this.events.get(service) ?? NO_EVENTS, line));
    }
  }

  /** The service that a line names, and those that use the image that it names. */
  #concerned({ message, service }: LogLine): readonly string[] {
    const named = service ?? SERVICE.exec(message)?.[1];
    const image = IMAGE.exec(message)?.[1];
    const users = this.#services.filter((one) => one.image === image).map(({ name }) => name);
    return [...new Set([...(named === undefined ? [] : [named]), ...users])];
  }
}

function remember(tails: Map<string, string[]>, service: string, message: string): void {
  const tail = tails.get(service) ?? [];
  tail.push(message);
  if (tail.length > TAIL_LINES) tail.shift();
  tails.set(service, tail);
}
