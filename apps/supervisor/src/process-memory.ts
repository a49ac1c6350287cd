import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ProcessMemory } from '@device-supervisor/api';

let collector: (() => void) | null = null;

/**
 * For the few moments in which some megabytes are needed, or have just become garbage: left to itself, the runtime collects
 * them when the heap has grown, and on a small device the kernel may end the process before.
 */
export const processMemory: ProcessMemory = {
  collectGarbage() {
    collector ??= findCollector();
    collector();
  },
  available() {
    const limit = process.constrainedMemory();
    return Math.min(freemem(), limit === 0 ? Number.POSITIVE_INFINITY : limit - unreclaimable());
  },
};

function findCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('gc');
  // Of its kinds, the one that gives the pages of the heap back at once instead of seconds later.
  const kind = { type: 'major', execution: 'sync', flavor: 'last-resort' };
  return typeof found === 'function' ? () => void Reflect.apply(found, undefined, [kind]) : () => undefined;
}

/** Bytes of this process that the kernel cannot drop: all but the pages of files; where that is not known, the most it ever had. */
function unreclaimable(): number {
  return (anonymous() ?? process.resourceUsage().maxRSS) * 1024;
}

/** Kilobytes; `null`: the kernel does not say it, or no file can be opened any more. */
function anonymous(): number | null {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes);
  } catch {
    // It is asked for between other work, which a look at the memory must not end.
    return null;
  }
}
