import { describe, expect, it } from 'vitest';
import { parseMemory } from './memory.ts';

describe('parseMemory', () => {
  it('counts neither what is free nor what can be given back, but files in memory', () => {
    const meminfo = `MemTotal:        1024000 kB
MemFree:          102400 kB
MemAvailable:     600000 kB
Buffers:           10240 kB
Cached:           512000 kB
SwapCached:            0 kB
Shmem:            102400 kB
SReclaimable:      51200 kB
HugePages_Total:       0
`;
    expect(parseMemory(meminfo)).toEqual({ used: 440, total: 1_000 });
  });

  it.each(['', 'MemTotal: 5 kB', 'garbage'])('finds none in %o', (text) => expect(parseMemory(text)).toBeNull());
});
