import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineReader, CUT } from './entry-lines.ts';

const LIMITS = { value: 1_000, line: 4_000 };

describe('createLineReader', () => {
  it('gives every line as it is, wherever the chunks are cut', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const bytes = fc.array(byte, { maxLength: 20 });
    // Not the unit `binary`: fast-check counts all code points first, which takes most of a second.
    const units = ['grapheme', 'binary-ascii'] as const;
    const text = fc.oneof(...units.map((unit) => fc.string({ unit, maxLength: 50 })));
    const value = fc.oneof(text, bytes, fc.constant(null), fc.array(fc.oneof(text, bytes), { maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(fc.dictionary(text, value, { maxKeys: 5 })), fc.array(fc.nat(200)), (objects, cuts) => {
        const lines = objects.map((object) => JSON.stringify(object));
        expect(readAll(lines.map((line) => `${line}\n`).join(''), cuts)).toEqual(lines);
      }),
    );
  });

  it('keeps lines parsable and short, whatever is too long in them', () => {
    const part = fc.constantFrom('x', '"', '\\', 'é', '\u2028', '🦊', '\u0001', '[', ']', '{', '}', ',', ':');
    const text = fc.tuple(fc.array(part, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 800 })).map(repeat);
    const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 1_500 });
    const value = fc.oneof(text, bytes, fc.array(fc.oneof(text, bytes), { maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.array(fc.nat(3_000)), (values, cuts) => {
        const object = { ...Object.fromEntries(values.entries()), __CURSOR: 'last' };
        const [line = ''] = readAll(`${JSON.stringify(object)}\n{}\n`, cuts);
        expect(Buffer.byteLength(line)).toBeLessThan(LIMITS.line + 20 * 600 + 1_000);
        const parsed: unknown = JSON.parse(line);
        expect(parsed).toEqual(
          expect.objectContaining(Object.fromEntries(values.map((_, key) => [key, expect.anything()]))),
        );
        expect(parsed).toMatchObject({ __CURSOR: 'last' });
      }),
      { numRuns: 300 },
    );
  });

  it.each(['', '-'])('marks a text that it has cut, and cuts no character', (start) => {
    const [line = ''] = readAll(`${JSON.stringify({ MESSAGE: start + 'é'.repeat(5_000), A: '1' })}\n`, []);
    expect(JSON.parse(line)).toEqual({ MESSAGE: expect.stringMatching(/^-?é{480,500} \[…\]$/), A: '1' });
  });

  it('marks bytes that it has cut', () => {
    const [line = ''] = readAll(`${JSON.stringify({ MESSAGE: Array.from({ length: 5_000 }, () => 200) })}\n`, []);
    const bytes = line.match(/\d+/g)?.map(Number) ?? [];
    expect(Buffer.from(bytes.slice(-Buffer.byteLength(CUT))).toString()).toBe(CUT);
    expect(bytes.length).toBeLessThan(300);
    expect(bytes[240]).toBe(200);
    expect(JSON.parse(line)).toEqual({ MESSAGE: bytes });
  });

  it('cuts each of several texts of one field', () => {
    const [line = ''] = readAll(`${JSON.stringify({ A: ['x'.repeat(5_000), 'second'], B: 'b' })}\n`, []);
    expect(JSON.parse(line)).toEqual({ A: [expect.stringMatching(/^x{900,1000} \[…\]$/)], B: 'b' });
  });

  it.each([
    ['one long value', 'x'.repeat(1024 * 1024)],
    ['many of them', `${'x'.repeat(1024 * 1024)}","A":"`],
  ])('keeps little of a line of any length, of %s', (_, part) => {
    const read = createLineReader();
    const before = buffersUsed();
    read(Buffer.from('{"MESSAGE":"'));
    for (let count = 0; count < 100; count++) expect(read(Buffer.from(part))).toEqual([]);
    expect(buffersUsed() - before).toBeLessThan(50 * 1024 * 1024);
    const [line = ''] = read(Buffer.from('","__CURSOR":"c"}\n'));
    expect(JSON.parse(line)).toMatchObject({ __CURSOR: 'c' });
    expect(line.length).toBeLessThan(1.2 * 1024 * 1024);
  });

  it('drops a last line that is not complete', () => {
    expect(readAll('{"A":"1"}\n{"A":', [])).toEqual(['{"A":"1"}']);
  });
});

/** Bytes of buffers, without those that nothing refers to any more. */
function buffersUsed(): number {
  setFlagsFromString('--expose-gc');
  // The second one waits for what the first leaves to a thread of its own.
  runInNewContext('gc(); gc()');
  return process.memoryUsage().arrayBuffers;
}

function repeat([parts, count]: [string[], number]): string {
  return parts.join('').repeat(count);
}

/** Reads a text in chunks of the given lengths; what is left then in one. */
function readAll(text: string, lengths: readonly number[]): string[] {
  const read = createLineReader(LIMITS);
  const bytes = Buffer.from(text);
  let from = 0;
  const lines = lengths.flatMap((length) => {
    const chunk = bytes.subarray(from, from + length);
    from += chunk.length;
    return read(chunk);
  });
  return [...lines, ...read(bytes.subarray(from))];
}
