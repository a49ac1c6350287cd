import type { Clock } from '@device-supervisor/primitives';
import type { ContainerLogLine, ContainerLogSource } from '../ports.ts';

/** Containers whose lines a test writes. As an engine does, it keeps them, and gives them again from any time on. */
export interface FakeLogSource extends ContainerLogSource {
  /** Writes a line now, or with the given timestamp (milliseconds since the epoch). */
  write(id: string, message: string, options?: { readonly timestamp?: number; readonly isStdErr?: boolean }): void;
  /** Forgets all but so many of the container's latest lines, as a journal does that has become too large. */
  vacuum(id: string, kept: number): void;
  /** Ends the container: its streams, and those opened later, end after the last line. */
  stop(id: string): void;
  /** Runs it again. Containers run from the start. */
  start(id: string): void;
  /** Makes every stream of the container fail, and those opened later; `null`: they work again. */
  fail(id: string, error: Error | null): void;
  /** Ids of the containers whose streams are open now; twice, when there are two. */
  readonly open: readonly string[];
  /** Every stream that was opened, in order. */
  readonly opened: readonly { readonly id: string; readonly since: number }[];
}

export function createFakeLogSource(clock: Clock): FakeLogSource {
  const containers = new Map<string, FakeContainer>();
  const open: string[] = [];
  const opened: { id: string; since: number }[] = [];

  const containerOf = (id: string): FakeContainer => {
    const container = containers.get(id) ?? { lines: [], oldest: 0, runs: true, error: null, waiting: new Set() };
    containers.set(id, container);
    return container;
  };
  const change = (id: string, apply: (container: FakeContainer) => void): void => {
    const container = containerOf(id);
    apply(container);
    for (const wake of container.waiting) wake();
  };

  return {
    open,
    opened,
    async *follow({ id }, since, signal) {
      const container = containerOf(id);
      opened.push({ id, since });
      open.push(id);
      const onAbort = (): void => change(id, () => undefined);
      signal.addEventListener('abort', onAbort);
      try {
        for (let index = container.oldest; ; index++) {
          while (index >= container.oldest + container.lines.length) {
            if (signal.aborted) return;
            if (container.error !== null) throw container.error;
            if (!container.runs) return;
            await nextChange(container);
          }
          index = Math.max(index, container.oldest);
          const line = container.lines[index - container.oldest];
          if (line !== undefined && line.timestamp >= since) yield line;
        }
      } finally {
        signal.removeEventListener('abort', onAbort);
        open.splice(open.indexOf(id), 1);
      }
    },
    write(id, message, { timestamp = clock.now(), isStdErr = false } = {}) {
      change(id, ({ lines }) => lines.push({ message, timestamp, isStdErr }));
    },
    vacuum(id, kept) {
      const container = containerOf(id);
      container.oldest += container.lines.splice(0, Math.max(0, container.lines.length - kept)).length;
    },
    stop: (id) => change(id, (container) => (container.runs = false)),
    start: (id) => change(id, (container) => (container.runs = true)),
    fail: (id, error) => change(id, (container) => (container.error = error)),
  };
}

interface FakeContainer {
  readonly lines: ContainerLogLine[];
  /** How many were forgotten before these. */
  oldest: number;
  runs: boolean;
  error: Error | null;
  readonly waiting: Set<() => void>;
}

function nextChange({ waiting }: FakeContainer): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      waiting.delete(wake);
      resolve();
    };
    waiting.add(wake);
  });
}
