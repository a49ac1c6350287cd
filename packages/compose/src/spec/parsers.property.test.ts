import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FieldError } from './field-error.ts';
import { toMap } from './list-or-map.ts';
import { parseDuration } from './parse-duration.ts';
import { parseMount } from './parse-mount.ts';
import { parseExposed, parsePort } from './parse-port.ts';
import { parseSize } from './parse-size.ts';
import { parseTmpfs } from './parse-tmpfs.ts';
import { splitCommand } from './split-command.ts';

const PARSERS = { parseDuration, parseMount, parseExposed, parsePort, parseSize, parseTmpfs, splitCommand };

/** Of what ports, sizes, durations, mounts and commands are made. */
const NEARLY = '0 1 8 9 : / - . , = [ ] k m g s h " \' \\ d a t'.split(' ');

/** Not the unit `binary`: fast-check counts all code points first, which takes most of a second. */
const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }));

function complaint(parse: () => unknown): unknown {
  try {
    parse();
    return null;
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(PARSERS))('%s', (_, parse) => {
  it('reads any text, or says what is wrong with it', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...NEARLY), maxLength: 16 });
    fc.assert(
      fc.property(fc.oneof(anyText, nearly), (text) => {
        expect(complaint(() => parse(text))).toSatisfy((error) => error === null || error instanceof FieldError);
      }),
    );
  });
});

describe('splitCommand', () => {
  const words = fc.array(fc.string({ unit: 'grapheme' }));

  it('gives back the words that were quoted for a shell', () => {
    const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
    fc.assert(
      fc.property(words, (all) => {
        expect(splitCommand(all.map(quote).join(' '))).toEqual(all);
      }),
    );
  });

  it('gives back the words whose every character was escaped', () => {
    const escape = (word: string): string => word.replaceAll(/./gs, String.raw`\$&`);
    const escapable = fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' }));
    fc.assert(
      fc.property(escapable, (all) => {
        expect(splitCommand(all.map(escape).join('\t'))).toEqual(all);
      }),
    );
  });
});

describe('parsePort', () => {
  const port = fc.integer({ min: 1, max: 65_000 });
  const anyPort = fc.record({
    target: port,
    published: port,
    more: fc.nat({ max: 20 }),
    host_ip: fc.oneof(fc.constant(''), fc.ipV4(), fc.ipV6()),
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
  });

  it('reads the short form as it reads the long one', () => {
    fc.assert(
      fc.property(anyPort, ({ target, published, more, ...rest }) => {
        const address = rest.host_ip.includes(':') ? `[${rest.host_ip}]` : rest.host_ip;
        const host = address === '' ? '' : `${address}:`;
        const short = `${host}${published}-${published + more}:${target}-${target + more}/${rest.protocol}`;
        const long = Array.from({ length: more + 1 }, (_, index) =>
          parsePort({ target: target + index, published: published + index, ...rest }),
        );
        expect(parsePort(short)).toEqual(long.flat());
      }),
    );
  });
});

describe('parseSize', () => {
  it('reads units in every spelling', () => {
    const units = fc.constantFrom(['b', 0], ['k', 10], ['m', 20], ['g', 30], ['t', 40]) satisfies fc.Arbitrary<unknown>;
    fc.assert(
      fc.property(fc.nat({ max: 4000 }), units, fc.constantFrom('', 'b', 'ib', 'B', 'iB'), (count, unit, suffix) => {
        const [name = '', exponent = 0] = unit;
        const text = `${count}${name}${name === 'b' ? '' : suffix}`;
        expect(parseSize(text)).toBe(count * 2 ** exponent);
        expect(parseSize(text.toUpperCase())).toBe(count * 2 ** exponent);
      }),
    );
  });
});

describe('parseDuration', () => {
  it('adds up the units in a row', () => {
    const part = fc.nat({ max: 99 });
    fc.assert(
      fc.property(fc.record({ h: part, m: part, s: part, ms: part }), ({ h, m, s, ms }) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(((h * 60 + m) * 60 + s) * 1000 + ms);
      }),
    );
  });
});

describe('toMap', () => {
  it('reads a list as it reads the map', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('='));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, fc.string()), { selector: ([key]) => key }), (entries) => {
        const list = entries.map(([key, value]) => `${key}=${value}`);
        expect(toMap(list)).toEqual(Object.fromEntries(entries));
        expect(toMap(Object.fromEntries(entries))).toEqual(Object.fromEntries(entries));
      }),
    );
  });
});
