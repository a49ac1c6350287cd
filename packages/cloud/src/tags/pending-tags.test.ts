import { expect, it } from 'vitest';
import { createPendingTags, type PendingTags } from './pending-tags.ts';

function open(): { readonly pending: PendingTags; readonly kept: () => number } {
  let text: string | null = null;
  const pending = createPendingTags({
    load: () => text,
    save: (next) => void (text = next),
    clear: () => void (text = null),
  });
  return { pending, kept: () => text?.length ?? 0 };
}

it('refuses more tags than a device can keep for its cloud, and keeps those that it has', () => {
  const { pending, kept } = open();
  const value = 'x'.repeat(200_000);
  pending.add({ first: value });
  pending.add({ second: value });
  const before = kept();
  expect(() => pending.add({ third: value })).toThrow(expect.objectContaining({ code: 'TOO_MANY_TAGS' }));
  expect(Object.keys(pending.all())).toEqual(['first', 'second']);
  expect(kept()).toBe(before);
  pending.add({ second: 'changed' });
  pending.remove({ first: value });
  pending.add({ third: value });
  expect(pending.all()).toEqual({ second: 'changed', third: value });
});
