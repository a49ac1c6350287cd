import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiClient, LogLine } from '@device-supervisor/api-client';
import { EMPTY_BUFFER, withLines, type LogBuffer } from './log-buffer.ts';

interface Logs {
  readonly shown: LogBuffer;
  /** Lines that came since the pause began. */
  readonly waiting: number;
  readonly clear: () => void;
}

/** Milliseconds for which lines are gathered: a service that writes a lot must not draw the page for each of them. */
const GATHER = 200;

/** The log lines while a view shows them; the stream ends with the view. */
export function useLogs(client: ApiClient, isPaused: boolean): Logs {
  const [all, setAll] = useState<LogBuffer>(EMPTY_BUFFER);
  const [held, setHeld] = useState<LogBuffer | null>(null);
  const gathered = useRef<LogLine[]>([]);
  useEffect(() => {
    const end = new AbortController();
    const timer = setInterval(() => {
      if (gathered.current.length === 0) return;
      const lines = gathered.current;
      gathered.current = [];
      setAll((before) => withLines(before, lines));
    }, GATHER);
    const read = async (): Promise<void> => {
      for await (const line of client.logs({ signal: end.signal })) gathered.current.push(line);
    };
    // A refusal shows as that of every other request: the page asks for a key.
    read().catch(() => undefined);
    return () => {
      end.abort();
      clearInterval(timer);
    };
  }, [client]);
  useEffect(() => setHeld(isPaused ? all : null), [isPaused]);
  return {
    shown: held ?? all,
    waiting: held === null ? 0 : all.next - held.next,
    clear() {
      setAll((before) => ({ ...before, lines: [] }));
      setHeld((before) => (before === null ? null : { ...before, lines: [] }));
    },
  };
}
