import { describe, expect, it } from 'vitest';
import { ServerBusyError } from '../errors.ts';
import { createIntake } from './intake.ts';

const MEGABYTE = 1024 * 1024;

it('collects what earlier bodies left behind once, before a body becomes large', () => {
  let collections = 0;
  using upload = createIntake({ collectGarbage: () => void collections++, available: () => 1e9 }).open();
  upload.add(MEGABYTE);
  expect(collections).toBe(0);
  upload.add(1);
  upload.add(MEGABYTE);
  expect(collections).toBe(1);
});

it('collects what decoding and working with a large body left behind, and nothing for a small one', async () => {
  const events: string[] = [];
  const intake = createIntake({ collectGarbage: () => void events.push('collect'), available: () => 1e9 });
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

describe('a large body', () => {
  const memoryOf = (available: number) => ({ collectGarbage: () => undefined, available: () => available });

  it('is refused before it takes memory that the process does not have', () => {
    using upload = createIntake(memoryOf(49 * MEGABYTE)).open(10 * MEGABYTE);
    upload.add(MEGABYTE);
    expect(() => upload.add(1)).toThrow('the device has too little free memory for a body of 10 MB now');
  });

  it('is refused by what came of it, where its length is not known', () => {
    using upload = createIntake(memoryOf(9 * MEGABYTE)).open();
    expect(() => upload.add(2 * MEGABYTE)).toThrow(ServerBusyError);
  });

  it('is taken where there is room for it, once what others left behind is freed', () => {
    let available = 49 * MEGABYTE;
    const memory = { collectGarbage: () => void (available = 51 * MEGABYTE), available: () => available };
    using upload = createIntake(memory).open(10 * MEGABYTE);
    expect(() => upload.add(10 * MEGABYTE)).not.toThrow();
  });

  it('is refused when the room was taken while it came', async () => {
    let available = 50 * MEGABYTE;
    using upload = createIntake({ collectGarbage: () => undefined, available: () => available }).open(10 * MEGABYTE);
    upload.add(10 * MEGABYTE);
    const decode = async (): Promise<string> =>
      await upload.inTurn(
        () => 'decoded',
        (body) => body,
      );
    available = 40 * MEGABYTE;
    await expect(decode()).resolves.toBe('decoded');
    available = 39 * MEGABYTE;
    await expect(decode()).rejects.toBeInstanceOf(ServerBusyError);
  });

  it('keeps no small one out', () => {
    using upload = createIntake(memoryOf(0)).open(MEGABYTE);
    expect(() => upload.add(MEGABYTE)).not.toThrow();
  });
});
