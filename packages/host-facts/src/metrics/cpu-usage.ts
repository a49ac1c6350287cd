/** Time of all processors, in the kernel's ticks. */
export interface CpuTime {
  readonly busy: number;
  readonly total: number;
}

/** Reads `/proc/stat`; `null`: it is not one. */
export function parseCpuTime(stat: string): CpuTime | null {
  const line = /^cpu +(.+)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  // Guests are counted in `user` already.
  const times = line.split(' ').slice(0, COUNTED).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  const [, , , idle = Number.NaN, waiting = 0] = times;
  return Number.isFinite(total - idle) ? { busy: total - idle - waiting, total } : null;
}

/** Per cent of the time between two readings, 0 to 100; `null`: no tick has passed. */
export function cpuUsage(before: CpuTime, after: CpuTime): number | null {
  const total = after.total - before.total;
  if (total <= 0) return null;
  // The kernel may take back some of the time that it has counted as waiting.
  return Math.round(Math.min(Math.max((after.busy - before.busy) / total, 0), 1) * 100);
}

/** user, nice, system, idle, iowait, irq, softirq, steal */
const COUNTED = 8;
