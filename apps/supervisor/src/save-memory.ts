import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { collectWhenShort } from './collect-when-short.ts';
import { processMemory } from './process-memory.ts';

/**
 * For a process that has started: the compilers prefer small code (measured: 107 instead of 134 MB resident after 200,000
 * reads, as fast), and the young generation keeps the size that it has. The flag for its greatest size, which the image
 * starts with, counts only on the command line. Where memory is short, garbage is collected early.
 *
 * Not before: the compiled code that Node.js has of its own modules is for the flags that it starts with. With others it
 * compiles each module that it loads, which takes a fifth of the processor time of a start.
 */
export function saveMemory(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
  new PerformanceObserver(collectWhenShort(processMemory)).observe({ type: 'gc' });
}
