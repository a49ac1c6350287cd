import type { ImageSize } from '@device-supervisor/compose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createImageSizes, type ImageSizes } from './index.ts';

const SIZE: ImageSize = { layers: [{ diffId: 'sha256:a', download: 1, unpacked: 2 }] };
const MINUTE = 60_000;

let now: number;
let asked: string[];
let failures: string[];
let works: boolean;
let sizes: ImageSizes;

beforeEach(() => {
  now = 0;
  asked = [];
  failures = [];
  works = true;
  sizes = createImageSizes({
    clock: { now: () => now },
    onFailure: (reference) => failures.push(reference),
    async lookUp(reference) {
      asked.push(reference);
      if (!works) throw new Error('no answer');
      return SIZE;
    },
  });
});

describe('createImageSizes', () => {
  it('asks once, also while it waits for the answer', async () => {
    await Promise.all([sizes.sizeOf('web:1'), sizes.sizeOf('web:1')]);
    expect(await sizes.sizeOf('web:1')).toBe(SIZE);
    expect(asked).toEqual(['web:1']);
  });

  it('asks again for a tag after a while, and never for a digest', async () => {
    const digest = `web@sha256:${'a'.repeat(64)}`;
    for (now = 0; now <= 100 * MINUTE; now += MINUTE) {
      await sizes.sizeOf('web:1');
      await sizes.sizeOf(digest);
    }
    expect(asked.filter((reference) => reference === 'web:1')).toHaveLength(11);
    expect(asked.filter((reference) => reference === digest)).toHaveLength(1);
  });

  it('remembers that there was no answer, longer each time, and says so each time', async () => {
    works = false;
    const times: number[] = [];
    for (now = 0; now < 300 * MINUTE; now += MINUTE) {
      const before = asked.length;
      expect(await sizes.sizeOf('web:1')).toBeNull();
      if (asked.length > before) times.push(now / MINUTE);
    }
    expect(times).toEqual([0, 5, 15, 35, 75, 135, 195, 255]);
    expect(failures).toHaveLength(times.length);
    works = true;
    now = 400 * MINUTE;
    expect(await sizes.sizeOf('web:1')).toBe(SIZE);
  });

  it('forgets what was asked for longest ago', async () => {
    for (let index = 0; index < 300; index++) {
      await sizes.sizeOf(`web:${index}`);
      await sizes.sizeOf('often:1');
    }
    await sizes.sizeOf('often:1');
    await sizes.sizeOf('web:0');
    expect(asked.filter((reference) => reference === 'often:1')).toHaveLength(1);
    expect(asked.filter((reference) => reference === 'web:0')).toHaveLength(2);
  });
});
