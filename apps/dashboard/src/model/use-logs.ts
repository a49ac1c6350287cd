import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiClient } from '@device-supervisor/api-client';
import { EMPTY_BUFFER, gather, GAP, NOTHING_GATHERED, withLines, type LogBuffer } from './log-buffer.ts';

interface Logs {
  readonly shown: LogBuffer;
  /** Lines that came since the pause began. */
  readonly waiting: number;
  /** The reason why no lines come; empty: they do, as far as is known. */
  readonly failure: string;
  readonly clear: () => void;
}

/** Milliseconds for which lines are gathered: a service that writes a lot must not draw the page for each of them. */
const GATHER = 200;

/**
 * The log lines while a view shows them; the stream ends with the view.
 *
 * @param isLive the stream is open meanwhile: it has no sign of life of its own, and a hidden page needs none
 */
export function useLogs(client: ApiClient, { isPaused, isLive }: { isPaused: boolean; isLive: boolean }): Logs {
  const [all, setAll] = useState<LogBuffer>(EMPTY_BUFFER);
  const [held, setHeld] = useState<LogBuffer | null>(null);
  const [failure, setFailure] = useState('');
  const gathered = useRef(NOTHING_GATHERED);
  const isFirst = useRef(true);
  useEffect(() => {
    const timer = setInterval(() => {
      if (gathered.current === NOTHING_GATHERED) return;
      const more = gathered.current;
      gathered.current = NOTHING_GATHERED;
      setAll((before) => withLines(before, more));
    }, GATHER);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (!isLive) return undefined;
    const end = new AbortController();
    const read = async (): Promise<void> => {
      const lines = client.logs({
        signal: end.signal,
        onConnection(news) {
          setFailure(news.connected || news.error === null ? '' : textOf(news.error));
          if (!news.connected) return;
          if (!isFirst.current) gathered.current = gather(gathered.current, [GAP]);
          isFirst.current = false;
        },
      });
      for await (const line of lines) gathered.current = gather(gathered.current, [line]);
    };
    // A refusal of the key shows as that of every other request: the page asks for another one.
    read().catch((error: unknown) => setFailure(textOf(error)));
    return () => end.abort();
  }, [client, isLive]);
  useEffect(() => setHeld(isPaused ? all : null), [isPaused]);
  return {
    shown: held ?? all,
    waiting: held === null ? 0 : all.next - held.next,
    failure,
    clear() {
      setAll((before) => ({ ...before, lines: [] }));
      setHeld((before) => (before === null ? null : { ...before, lines: [] }));
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
