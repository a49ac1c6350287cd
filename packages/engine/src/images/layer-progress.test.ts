import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PullLine } from '../wire/engine-wire.ts';
import { LayerProgress } from './layer-progress.ts';

function line(id: string, status: string, progressDetail: object = {}): PullLine {
  return PullLine.parse({ id, status, progressDetail });
}

/** Percentages after each of the lines. */
function follow(...lines: PullLine[]): number[] {
  const progress = new LayerProgress();
  return lines.map((one) => {
    progress.add(one);
    return progress.percent;
  });
}

describe('LayerProgress', () => {
  it('counts bytes, half for download, half for extraction', () => {
    const percents = follow(
      line('latest', 'Pulling from app/web'),
      line('a', 'Pulling fs layer'),
      line('a', 'Downloading', { current: 50, total: 100 }),
      line('a', 'Download complete'),
      line('a', 'Extracting', { current: 40, total: 100 }),
      line('a', 'Pull complete'),
    );
    expect(percents).toEqual([0, 0, 25, 50, 70, 99]);
  });

  it('weighs layers by their size', () => {
    const percents = follow(
      line('small', 'Pulling fs layer'),
      line('large', 'Pulling fs layer'),
      line('large', 'Downloading', { current: 0, total: 900 }),
      line('small', 'Downloading', { current: 0, total: 100 }),
      line('small', 'Pull complete'),
      line('large', 'Downloading', { current: 450, total: 900 }),
    );
    expect(percents.slice(-2)).toEqual([10, 32]);
  });

  it('takes layers of unknown size for average ones', () => {
    const percents = follow(
      line('a', 'Pulling fs layer'),
      line('b', 'Pulling fs layer'),
      line('b', 'Waiting'),
      line('a', 'Downloading', { current: 100, total: 100 }),
    );
    expect(percents.at(-1)).toBe(25);
  });

  it('does not fall when a new layer turns out to be large', () => {
    const percents = follow(
      line('a', 'Pulling fs layer'),
      line('b', 'Pulling fs layer'),
      line('a', 'Downloading', { current: 10, total: 10 }),
      line('b', 'Downloading', { current: 0, total: 1_000_000 }),
    );
    expect(percents).toEqual([0, 0, 25, 25]);
  });

  it('counts nothing for layers that are there already', () => {
    const percents = follow(
      line('a', 'Already exists'),
      line('b', 'Pulling fs layer'),
      line('b', 'Downloading', { current: 50, total: 100 }),
    );
    expect(percents.at(-1)).toBe(25);
  });

  it('knows seconds of extraction from bytes', () => {
    const percents = follow(
      line('a', 'Pulling fs layer'),
      line('a', 'Downloading', { current: 100, total: 100 }),
      line('a', 'Extracting', { current: 90, units: 's' }),
    );
    expect(percents).toEqual([0, 50, 50]);
  });

  it('knows what is left of a download that broke from the whole of it', () => {
    const progress = new LayerProgress();
    const received = [
      line('a', 'Pulling fs layer'),
      line('a', 'Downloading', { current: 50, total: 100 }),
      line('a', 'Retrying in 5 seconds'),
      line('a', 'Downloading', { current: 10, total: 40 }),
      line('a', 'Downloading', { current: 40, total: 40 }),
    ].map((one) => {
      progress.add(one);
      return [progress.percent, progress.receivedBytes];
    });
    expect(received).toEqual([
      [0, 0],
      [25, 50],
      [25, 50],
      [35, 70],
      [50, 100],
    ]);
  });

  it('restarts with each attempt, and never reports less than before', () => {
    const progress = new LayerProgress();
    const begin = line('a', 'Pulling fs layer');
    for (const one of [begin, line('a', 'Downloading', { current: 80, total: 100 })]) progress.add(one);
    expect(progress.layersReached).toBe(0.8);
    progress.beginAttempt();
    expect(progress.layersReached).toBe(0);
    for (const one of [begin, line('a', 'Downloading', { current: 30, total: 100 })]) progress.add(one);
    expect(figuresOf(progress)).toEqual({ percent: 40, receivedBytes: 110, totalBytes: 100, layersReached: 0.3 });
  });

  describe('on what an engine 20.10 told', () => {
    it('about an image that it lacked', async () => {
      const { percents, progress } = await replay('pull.jsonl');
      expect(percents).toEqual(percents.toSorted((a, b) => a - b));
      expect(percents.at(-1)).toBe(99);
      const bytes = 700_389 + 300_283;
      expect(figuresOf(progress)).toEqual({ percent: 99, receivedBytes: bytes, totalBytes: bytes, layersReached: 2 });
    });

    it('about layers that it had, and one whose download broke after a megabyte', async () => {
      const { percents, progress } = await replay('pull-resumed.jsonl');
      expect(percents).toEqual(percents.toSorted((a, b) => a - b));
      expect(percents.at(-1)).toBe(99);
      const bytes = 200_250 + 2_500_948 + 86;
      expect(figuresOf(progress)).toEqual({ percent: 99, receivedBytes: bytes, totalBytes: bytes, layersReached: 4 });
    });
  });

  it('never falls, and stays between 0 and 99, whatever the engine says', () => {
    const status = fc.constantFrom(
      'Pulling fs layer',
      'Downloading',
      'Download complete',
      'Extracting',
      'Pull complete',
      'x',
    );
    const detail = fc.record({ current: fc.nat(), total: fc.nat() });
    const anyLine = fc.tuple(fc.constantFrom('a', 'b', 'c'), status, detail).map((parts) => line(...parts));
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const percents = [0, ...follow(...lines)];
        expect(percents).toEqual(percents.toSorted((a, b) => a - b));
        expect(percents.every((percent) => Number.isInteger(percent) && percent >= 0 && percent <= 99)).toBe(true);
      }),
    );
  });
});

function figuresOf({ percent, receivedBytes, totalBytes, layersReached }: LayerProgress): object {
  return { percent, receivedBytes, totalBytes, layersReached };
}

/** Follows what a real engine told. */
async function replay(recording: string): Promise<{ readonly percents: number[]; readonly progress: LayerProgress }> {
  const text = await readFile(join(import.meta.dirname, '../../test/recordings', recording), 'utf8');
  const progress = new LayerProgress();
  const percents = text
    .trimEnd()
    .split('\n')
    .map((one) => {
      progress.add(PullLine.parse(JSON.parse(one)));
      return progress.percent;
    });
  return { percents, progress };
}
