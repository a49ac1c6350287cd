import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonLines } from './read-json-lines.ts';

const Line = z.object({ text: z.string() });

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('readJsonLines', () => {
  const text = '{"text":"one"}\r\n\n{"text":"zwö€😀"}\nnot json\n{"other":1}\n{"text":"last"}';

  it.each([1, 2, 3, 7, 1000])('puts lines together from chunks of %i bytes', async (size) => {
    const lines = await Array.fromAsync(readJsonLines(inChunks(Buffer.from(text), size), Line));
    expect(lines).toEqual([{ text: 'one' }, { text: 'zwö€😀' }, { text: 'last' }]);
  });

  it('does not collect a line without end', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    }
    await expect(Array.fromAsync(readJsonLines(endless(), Line))).rejects.toBeInstanceOf(RangeError);
  });
});
