import type { ProcessMemory } from '@device-supervisor/api';

/** With less than this left, in bytes, garbage is collected early: below it a large target is on its way. */
const RESERVE = 40 * 1024 * 1024;
/** Bytes less since the last collection, before there is another one: it looks through everything that is in use. */
const STEP = 8 * 1024 * 1024;
/** With more than this left, in bytes, memory does not become short within {@link PAUSE}. */
const PLENTY = 2 * RESERVE;
/** Milliseconds. */
const PAUSE = 100;

/**
 * A look at the memory of the process, to be taken whenever the runtime has collected some garbage: collects all of it
 * when memory is short. The runtime itself waits until its heap has grown by a share, whatever the process may still take.
 *
 * @param now milliseconds of a clock that never jumps
 */
export function collectWhenShort(memory: ProcessMemory, now = (): number => performance.now()): () => void {
  let nextLookAt = 0;
  let limit = Number.NEGATIVE_INFINITY;
  const limitBelow = (available: number): number => Math.min(RESERVE, available) - STEP;
  return () => {
    if (now() < nextLookAt) return;
    const available = memory.available();
    if (available > PLENTY) nextLookAt = now() + PAUSE;
    limit = Math.max(limit, limitBelow(available));
    if (available > limit) return;
    memory.collectGarbage();
    limit = limitBelow(memory.available());
  };
}
