import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characters, value } from '../../test/arbitraries.ts';
import { parseRedsocks } from './parse-redsocks.ts';
import { fromByteString, printPlain, printQuoted, whyUnprintable } from './print-value.ts';

describe('parseRedsocks', () => {
  it('reads what stands between comments', () => {
    expect(entriesOf('a { /* } */ b = c; // d = e;\n"f g" "h // i"=; }')).toEqual([
      ['b', 'c'],
      ['f g', 'h // i'],
    ]);
  });

  it('reads all escapes', () => {
    expect(entriesOf(String.raw`a { b = "\n\t\r\\\'\"'"; }`)).toEqual([['b', "\n\t\r\\'\"'"]]);
  });

  it('reads a string of several lines, addresses and subnets', () => {
    expect(entriesOf('a { b = "c\nd"; e = 10.0.0.0/8; f = 1.2.3.4/*g*/; }')).toEqual([
      ['b', 'c\nd'],
      ['e', '10.0.0.0/8'],
      ['f', '1.2.3.4'],
    ]);
  });

  // Each was tried with redsocks 0.5: it refuses the file, crashes, or leaves the rest of it out.
  it.each([
    ['a { b = "c";', 'something other than a key, or } to close the block', 12],
    ['a { b = "c"', 'something other than ; after a value', 11],
    ['a { b = "c" }', 'something other than ; after a value', 12],
    ['a { b = c d; }', 'something other than ; after a value', 10],
    ['a { b = ; }', 'something other than a value', 8],
    ['a { ; }', 'something other than a key, or } to close the block', 4],
    ['a { = b; }', 'something other than a key, or } to close the block', 4],
    ['a b { }', 'something other than { after the name of a block', 2],
    ['a { b { } }', 'something other than a value', 6],
    ['} a { }', 'something other than the name of a block', 0],
    ['a { b = "}"; }', 'something other than a value', 8],
    ['# a { }', 'a character that is allowed only in quotes', 0],
    ["a { b = 'c'; }", 'a character that is allowed only in quotes', 8],
    ['a { b = é; }', 'a character that is allowed only in quotes', 8],
    ['a { b = 10.0.0.0/x; }', 'a slash that begins neither a netmask nor a comment', 16],
    ['a { b = "c\\d"; }', 'an escape other than \\n, \\t, \\r, \\\\, \\\' and \\"', 10],
    ['a { b = "c\0"; }', 'a NUL character', 10],
    ['a { b = "c; }', 'a string without an end', 8],
    ['a { } /* b', 'a comment without an end', 8],
  ])('refuses %j', (text, reason, at) => {
    expect(parseRedsocks(Buffer.from(text))).toEqual({ ok: false, fault: { reason, at } });
  });

  it('takes any bytes at all', () => {
    const soup = fc.string({ unit: characters('{}=;/*"\\# \nab1.\0é') }).map((text) => Buffer.from(text));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), soup), (bytes) => {
        const parsed = parseRedsocks(bytes);
        expect(parsed.ok ? 0 : parsed.fault.at).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 1000 },
    );
    expect.assertions(1000);
  });
});

describe('values', () => {
  it('are read as they were printed', () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(entriesOf(Buffer.from(`a { b = ${printQuoted(text)}; }`, 'latin1'))).toEqual([['b', text]]);
        expect(entriesOf(Buffer.from(`a { b = ${printPlain(text)}; }`, 'latin1'))).toEqual([['b', text]]);
      }),
    );
  });

  it.each(['{', '}', '=', ';', '//', '/*', 'a\0b', '\ud800'])('cannot be %j', (text) => {
    expect(whyUnprintable(text)).not.toBeNull();
  });

  it.each(['', '#', '}}', '*/', '= ', "'", '\\', '"', '\n'])('can be %j', (text) => {
    expect(whyUnprintable(text)).toBeNull();
  });
});

function entriesOf(file: string | Uint8Array): readonly (readonly string[])[] {
  const parsed = parseRedsocks(typeof file === 'string' ? Buffer.from(file) : file);
  if (!parsed.ok) throw new Error(`${parsed.fault.reason} at ${parsed.fault.at}`);
  return parsed.document.sections.flatMap(({ entries }) =>
    entries.map(({ key, value: text }) => [fromByteString(key), fromByteString(text)]),
  );
}
