import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { processMemory } from './process-memory.ts';

vi.mock('node:fs', { spy: true });

it('knows how much the process may still take', () => {
  expect(processMemory.available()).toBeGreaterThan(0);
});

it('ends nothing when no file can be opened any more', () => {
  vi.spyOn(process, 'constrainedMemory').mockReturnValue(2 ** 40);
  vi.mocked(readFileSync).mockImplementation(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  expect(processMemory.available()).toBeGreaterThan(0);
});
