import * as fc from 'fast-check';
import { PROXY_TYPES, type ProxySettings } from '../src/host-config.ts';
import { printPlain, printQuoted, whyUnprintable } from '../src/redsocks/print-value.ts';

/** One of the characters of a text. */
export function characters(text: string): fc.Arbitrary<string> {
  return fc.constantFrom(...Array.from(text));
}

/** Texts that redsocks.conf can hold, most of them full of what has a meaning there. */
export const value: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: characters('{}=;/*"\\#\' \n\r\tntab1.-_é😀\u0001\v') }) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  )
  .filter((text) => whyUnprintable(text) === null);

const address = fc.oneof(
  fc.ipV4(),
  fc.constantFrom('proxy', 'proxy.example.com', '3proxy.example.com', 'my_proxy', 'a-b.c'),
);
const port = fc.integer({ min: 1, max: 65_535 });

const fields = { type: fc.constantFrom(...PROXY_TYPES), ip: address, port, login: value, password: value };
export const settings: fc.Arbitrary<ProxySettings> = fc.record(
  { ...fields, dns: fc.tuple(fc.ipV4(), port).map(([ip, of]) => `${ip}:${of}`) },
  { requiredKeys: ['type', 'ip', 'port'] },
);

/** Debian's redsocks does not support the block `dnsu2t`, and the test environment has no DNS. */
export const settingsOfDebian: fc.Arbitrary<ProxySettings> = fc.record(
  { ...fields, ip: fc.ipV4() },
  { requiredKeys: ['type', 'ip', 'port'] },
);

const gap = fc
  .array(fc.constantFrom(' ', '\n', '\t', '\r\n', '// a comment; with = signs {\n', '/* one\n more } */', '//\n'), {
    maxLength: 3,
  })
  .map((parts) => parts.join(''));

/** A key with its value, in any of the spellings that redsocks takes. */
function entry(key: string, of: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const spelling = fc.tuple(of, fc.boolean()).map(([text, plain]) => (plain ? printPlain(text) : printQuoted(text)));
  return fc
    .tuple(fc.constantFrom(' ', ' = ', '=', ' /* is */ = = '), spelling, fc.constantFrom('', ' ', ' = '), gap)
    .map(([sign, printed, end, after]) => `${key}${sign}${printed}${end};${after}`);
}

const proxyEntry = fc.oneof(
  entry('type', fc.constantFrom(...PROXY_TYPES)),
  entry('ip', address),
  entry('port', port.map(String)),
  entry('login', value),
  entry('password', value),
  entry('local_ip', fc.constant('127.0.0.1')),
  entry('"login"', value),
  entry('splice', fc.constant('false')),
);

const sections = fc.oneof(
  section('base', entry('log', fc.constant('stderr'))),
  section('redsocks', proxyEntry),
  section('dnsu2t', fc.oneof(entry('remote_ip', fc.ipV4()), entry('remote_port', port.map(String)))),
  section('redudp', entry('dest_ip', fc.ipV4())),
);

function section(name: string, of: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(gap, gap, fc.array(of, { maxLength: 7 }), gap)
    .map(([before, inside, entries, after]) => `${name}${before}{${inside}${entries.join('')}}${after}`);
}

/** A file as a person might write it, as a byte string. */
export const handWritten: fc.Arbitrary<string> = fc
  .tuple(gap, fc.array(sections, { maxLength: 4 }))
  .map(([before, all]) => `${before}${all.join('')}\n`);
