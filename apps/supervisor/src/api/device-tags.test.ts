import { createPendingTags, type TagMemory } from '@device-supervisor/cloud';
import { expect, it } from 'vitest';
import { keptTags, NoCloudError } from './device-tags.ts';

it('keeps the tags of a device without a cloud until it has one, and cannot list them', async () => {
  let kept: string | null = null;
  const memory: TagMemory = {
    load: () => kept,
    save: (text) => void (kept = text),
    clear: () => void (kept = null),
  };
  const tags = keptTags(memory);
  await tags.set({ room: 'kitchen' });
  await tags.set({ shelf: '3' });
  await expect(tags.list()).rejects.toThrow(NoCloudError);
  expect(createPendingTags(memory).all()).toEqual({ room: 'kitchen', shelf: '3' });
});
