import type { EngineSnapshot, ImageSize } from '@device-supervisor/compose';
import { TEST_ABILITIES, testImage } from '@device-supervisor/compose/testing';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readStorageNeeds, type ImageStorage } from './image-storage.ts';
import { createFakeClock } from '../testing/index.ts';

const snapshot: EngineSnapshot = {
  abilities: TEST_ABILITIES,
  containers: [],
  images: [testImage('here:1')],
  networks: [],
  volumes: [],
};
const size: ImageSize = { layers: [{ diffId: 'sha256:a', download: 1, unpacked: 2 }] };
const space = { free: 10, total: 100 };
const signal = new AbortController().signal;
const downloading = new Set(['coming:1']);

function storageOf(sizeOf: ImageStorage['sizeOf'], asked: string[] = []): ImageStorage {
  return {
    space: async () => space,
    sizeOf(reference) {
      asked.push(reference);
      return sizeOf(reference);
    },
  };
}

describe('readStorageNeeds', () => {
  it('asks for images that the engine lacks and that are not on their way, each once', async () => {
    const asked: string[] = [];
    const storage = storageOf(async (reference) => (reference === 'web:1' ? size : null), asked);
    const references = ['here:1', 'web:1', 'web:1', 'coming:1', 'unknown:1'];
    const needs = await readStorageNeeds(storage, {
      references,
      downloading,
      snapshot,
      clock: createFakeClock(),
      signal,
    });
    expect(needs).toEqual({ imageSizes: new Map([['web:1', size]]), diskSpace: space });
    expect(asked).toEqual(['web:1', 'unknown:1']);
  });

  it('asks for nothing when the engine lacks nothing, or the disk cannot be read', async () => {
    const asked: string[] = [];
    const storage = storageOf(async () => size, asked);
    const clock = createFakeClock();
    await readStorageNeeds(storage, { references: ['here:1'], downloading, snapshot, clock, signal });
    const blind = { ...storage, space: async () => null };
    const needs = await readStorageNeeds(blind, { references: ['web:1'], downloading, snapshot, clock, signal });
    expect(needs).toEqual({ imageSizes: new Map(), diskSpace: null });
    expect(asked).toEqual([]);
  });

  it.each(['the time is up', 'it is no longer wanted'])('goes on without what is not known when %s', async (why) => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const storage = storageOf(async (reference) =>
      reference === 'web:1' ? size : Promise.withResolvers<null>().promise,
    );
    const references = ['web:1', 'slow:1'];
    const reading = readStorageNeeds(storage, { references, downloading, snapshot, clock, signal: controller.signal });
    await setImmediate();
    if (why === 'the time is up') clock.advance(3000);
    else controller.abort();
    expect((await reading).imageSizes).toEqual(new Map([['web:1', size]]));
    expect(clock.pending).toBe(0);
  });
});
