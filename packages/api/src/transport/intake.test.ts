import { expect, it } from 'vitest';
import { createIntake } from './intake.ts';

const MEGABYTE = 1024 * 1024;

it('collects what earlier bodies left behind once, before a body becomes large', () => {
  let collections = 0;
  using upload = createIntake({ collectGarbage: () => void collections++ }).open();
  upload.add(MEGABYTE);
  expect(collections).toBe(0);
  upload.add(1);
  upload.add(MEGABYTE);
  expect(collections).toBe(1);
});

it('collects what decoding and working with a large body left behind, and nothing for a small one', async () => {
  const events: string[] = [];
  const intake = createIntake({ collectGarbage: () => void events.push('collect') });
  const pass = async (bytes: number): Promise<readonly string[]> => {
    events.length = 0;
    using upload = intake.open();
    upload.add(bytes);
    await upload.inTurn(
      () => events.push('decode'),
      () => events.push('work'),
    );
    return events.slice();
  };
  expect(await pass(MEGABYTE)).toEqual(['decode', 'work']);
  expect(await pass(MEGABYTE + 1)).toEqual(['collect', 'decode', 'collect', 'work', 'collect']);
});
