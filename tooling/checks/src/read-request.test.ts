import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRequest, type Request } from './read-request.ts';
import { STEPS } from './steps.ts';

const root = join(import.meta.dirname, '../../..');

/** The command, in a shell's words. */
function read(line: string): string | readonly string[] {
  const request: Request = readRequest(root, line === '' ? [] : line.split(' '));
  switch (request.kind) {
    case 'refused':
      return request.reason;
    case 'watch':
      return request.command.join(' ');
    case 'run':
      return request.steps.map(({ command }) => command.join(' '));
  }
}

describe('readRequest', () => {
  it('runs every step, or those that are named, in their order', () => {
    expect(read('')).toHaveLength(STEPS.length);
    expect(read('types lint')).toEqual(['oxlint', 'tsc -b']);
  });

  it('passes paths on to the tests', () => {
    expect(read('unit packages/journal')).toEqual([
      expect.stringMatching(/^vitest run --project unit .* packages\/journal$/),
    ]);
    expect(read('./packages/journal')).toEqual([
      expect.stringMatching(/^vitest run --project unit .* packages\/journal$/),
    ]);
    expect(read('system test/e2e/kill.test.ts')).toEqual([
      expect.stringMatching(/run-system-tests.* test\/e2e\/kill\.test\.ts$/),
    ]);
  });

  it('leaves out unchanged packages, unless it is forced or narrowed', () => {
    const skips = (...words: string[]): boolean[] => {
      const request = readRequest(root, words);
      return request.kind === 'run' ? request.steps.map(({ skipsUnchanged }) => skipsUnchanged) : [];
    };
    expect([skips('unit'), skips('unit', '--force'), skips('unit', 'packages/journal'), skips('model')]).toEqual([
      [true],
      [false],
      [false],
      [false],
    ]);
  });

  it('watches one step', () => {
    expect(read('unit packages/journal --watch')).toBe('vitest watch --project unit packages/journal');
    expect(read('--watch')).toBe('vitest watch --project unit');
    expect(read('system --watch')).toBe('The step system cannot be watched.');
    expect(read('unit model --watch')).toBe('--watch takes one step.');
  });

  it('refuses what it does not know', () => {
    expect(read('units')).toBe('There is no step, file or folder units.');
    expect(read('lint packages/journal')).toBe('The step lint runs no tests: it takes neither paths nor --watch.');
  });
});
