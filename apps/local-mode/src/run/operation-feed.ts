import type { OperationEnd, SupervisorClient } from '../supervisor/supervisor-client.ts';

/** Why an operation failed the last time. */
export interface OperationFailure {
  /** `null`: no service in particular. */
  readonly service: string | null;
  readonly reason: string;
  /** Failures in a row. */
  readonly attempts: number;
  readonly isRetried: boolean;
}

/** The failures of the supervisor's operations, as its events report them. */
export interface OperationFeed {
  /** Operations whose last attempt failed, by id. */
  readonly failures: ReadonlyMap<string, OperationFailure>;
  /** When the last operation ended or the apply began, in milliseconds on the clock of `performance.now()`. */
  readonly lastChange: number;
  /** A new apply begins: earlier failures no longer count. */
  beginApply(): void;
}

/** Opens the stream of events; nothing that happens after this resolves is missed. */
export async function openOperationFeed(
  client: Pick<SupervisorClient, 'operations'>,
  signal: AbortSignal,
): Promise<OperationFeed> {
  const feed = new Feed();
  const ends = await client.operations(signal);
  // The watcher of the services reports a supervisor that refuses the stream.
  void read(feed, ends).catch(() => undefined);
  return feed;
}

async function read(feed: Feed, ends: AsyncIterable<OperationEnd>): Promise<void> {
  for await (const end of ends) feed.take(end);
}

class Feed implements OperationFeed {
  readonly failures = new Map<string, OperationFailure>();
  lastChange = performance.now();

  beginApply(): void {
    this.lastChange = performance.now();
    this.failures.clear();
  }

  take({ id, kind, service, failure, isRetried }: OperationEnd): void {
    this.lastChange = performance.now();
    const attempts = (this.failures.get(id)?.attempts ?? 0) + 1;
    if (failure === null) this.failures.delete(id);
    else this.failures.set(id, { service, reason: `${describeKind(kind)}: ${failure}`, attempts, isRetried });
  }
}

/** `pull-image` as `cannot pull image`. */
function describeKind(kind: string): string {
  return `cannot ${kind.replaceAll('-', ' ')}`;
}
