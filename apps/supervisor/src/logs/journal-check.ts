import type { Clock } from '@device-supervisor/device';
import type { Engine } from '@device-supervisor/engine';
import { streamJournal } from '@device-supervisor/journal';

/** Milliseconds for which a result counts: clients ask every second, and each look is a process. */
const RESULT_LASTS = 60_000;
/** Milliseconds for one line of the journal. */
const PATIENCE = 5_000;

/** Checks that the host's journal can be read, where the engine logs to it. The check rejects with the reason. */
export function journalCheck(engine: Pick<Engine, 'info'>, clock: Pick<Clock, 'monotonic'>): () => Promise<void> {
  let last: { readonly at: number; readonly result: Promise<void> } | null = null;
  return async () => {
    const now = clock.monotonic();
    if (last === null || now - last.at > RESULT_LASTS) last = { at: now, result: check(engine) };
    await last.result;
  };
}

async function check(engine: Pick<Engine, 'info'>): Promise<void> {
  const [info] = await Promise.allSettled([engine.info()]);
  if (info.status === 'rejected' || info.value.loggingDriver !== 'journald') return;
  for await (const _ of streamJournal({ lines: 1 }, AbortSignal.timeout(PATIENCE))) return;
}
