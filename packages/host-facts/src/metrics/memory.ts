/** In MB of 1024² bytes. */
export interface Memory {
  /** Without what the kernel would give back at once: caches and buffers. */
  readonly used: number;
  readonly total: number;
}

/** Reads `/proc/meminfo`; `null`: it is not one. */
export function parseMemory(meminfo: string): Memory | null {
  const values = new Map<string, number>();
  for (const [, name = '', kilobytes] of meminfo.matchAll(/^(\w+): +(\d+) kB$/gm)) values.set(name, Number(kilobytes));
  const total = values.get('MemTotal');
  const free = values.get('MemFree');
  if (total === undefined || free === undefined) return null;
  const of = (name: string): number => values.get(name) ?? 0;
  // Shared memory and tmpfs are listed as cached, and are not given back.
  const caches = of('Buffers') + of('Cached') - of('Shmem') + of('SReclaimable');
  return { used: megabytes(Math.max(total - free - caches, 0)), total: megabytes(total) };
}

function megabytes(kilobytes: number): number {
  return Math.round(kilobytes / 1024);
}
