import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handWritten, settings } from '../../test/arbitraries.ts';
import type { ProxySettings } from '../host-config.ts';
import { parseRedsocks, type RedsocksDocument } from './parse-redsocks.ts';
import { changeProxyFile, createProxyFile, readProxySettings } from './proxy-settings.ts';

const PROXY: ProxySettings = { type: 'socks5', ip: '203.0.113.7', port: 1080 };

describe('a new file', () => {
  it('has the blocks that the host expects', () => {
    const all = { ...PROXY, login: 'me', password: 'p}w "1\\', dns: '9.9.9.9:53' };
    expect(textOf(createProxyFile(all))).toMatchInlineSnapshot(`
      "base {
      	log_debug = off;
      	log_info = on;
      	log = stderr;
      	daemon = off;
      	redirector = iptables;
      }
      redsocks {
      	type = socks5;
      	ip = 203.0.113.7;
      	port = 1080;
      	login = "me";
      	password = "p}w \\"1\\\\";
      	local_ip = 127.0.0.1;
      	local_port = 12345;
      }
      dnsu2t {
      	remote_ip = 9.9.9.9;
      	remote_port = 53;
      	local_ip = 127.0.0.1;
      	local_port = 53;
      }
      "
    `);
  });

  it('quotes a name that redsocks would read as a number', () => {
    expect(textOf(createProxyFile({ ...PROXY, ip: '3proxy.example.com' }))).toContain('ip = "3proxy.example.com";');
  });

  it('says what it was made of, whatever that is', () => {
    fc.assert(
      fc.property(settings, (wanted) => {
        expect(readProxySettings(parse(createProxyFile(wanted)))).toEqual(wanted);
      }),
    );
  });
});

describe('a file that was written by hand', () => {
  const FILE = `// the proxy of the plant
base { log_info = off; redirector = iptables; } // quiet

redsocks {
    type = socks4; // for now
    ip = 198.51.100.1; port = 1080;
    login = "old"; /* of the
                      old proxy */
    local_port = 31338;
    splice = on;
}

redudp { dest_ip = 192.0.2.1; } # ignored
`.replace(' # ignored', '');

  it('keeps everything else when settings change', () => {
    const changed = changeProxyFile(parse(FILE), { ...PROXY, password: 'a#b', dns: '9.9.9.9:53' });
    expect(textOf(changed)).toBe(`// the proxy of the plant
base { log_info = off; redirector = iptables; } // quiet

redsocks {
    type = socks5; // for now
    ip = 203.0.113.7; port = 1080;
     /* of the
                      old proxy */
    local_port = 31338;
    splice = on;
    password = "a#b";
}

redudp { dest_ip = 192.0.2.1; }
dnsu2t {
	remote_ip = 9.9.9.9;
	remote_port = 53;
	local_ip = 127.0.0.1;
	local_port = 53;
}
`);
  });

  it.each([
    ['a block in one line', 'base{}redsocks{type"socks4";}', 'redsocks{type socks5; ip = 203.0.113.7; port = 1080;}\n'],
    ['a name in quotes', 'base{} redsocks { "ip""x"; }', '"ip"203.0.113.7; type = socks5; port = 1080; }\n'],
    ['a value that touches its key', 'base{} redsocks{ip"1.2.3.4";}', 'ip 203.0.113.7; type = socks5; port = 1080;}\n'],
    [
      'an empty block',
      'base{} redsocks {\n}\n',
      'redsocks {\n\ttype = socks5;\n\tip = 203.0.113.7;\n\tport = 1080;\n}\n',
    ],
    [
      'several values of a key, of which the last one counts',
      'base{} redsocks {\n type = socks5; ip = 1.1.1.1;\n ip = 203.0.113.7; port = 80;\n}',
      'type = socks5; ip = 1.1.1.1;\n ip = 203.0.113.7; port = 1080;\n}\n',
    ],
    [
      'lines that end in a comment',
      'base{} redsocks {\n  type = socks5; // which\n  ip = 203.0.113.7; // where\n}\n',
      'ip = 203.0.113.7; // where\n  port = 1080;\n}\n',
    ],
  ])('changes %s', (_, before, after) => {
    const changed = changeProxyFile(parse(before), PROXY);
    expect(textOf(changed)).toContain(after);
    expect(readProxySettings(parse(changed))).toEqual(PROXY);
  });

  it('gets the blocks that it lacks', () => {
    const changed = textOf(changeProxyFile(parse('// nothing yet'), PROXY));
    expect(changed).toMatch(/^\/\/ nothing yet\nbase \{\n.*\nredsocks \{\n/s);
  });

  it('loses every block of a DNS server', () => {
    const withDns = `${textOf(createProxyFile({ ...PROXY, dns: '9.9.9.9:53' }))}dnsu2t { remote_port = 53; }\n`;
    expect(textOf(changeProxyFile(parse(withDns), PROXY))).toBe(textOf(createProxyFile(PROXY)));
  });

  it('keeps bytes that are no text', () => {
    const before = Buffer.from(
      'base{} redsocks { type = socks5; ip = 1.1.1.1; port = 1; login = "\xff\xfe"; }\n',
      'latin1',
    );
    const current = readProxySettings(parse(before));
    const changed = changeProxyFile(parse(before), { ...PROXY, login: String(current.login) });
    expect(Buffer.from(changed).toString('latin1')).toContain('login = "\xff\xfe";');
  });

  it('stays as it is, to the byte, when nothing changes', () => {
    fc.assert(
      fc.property(handWritten, settings, (file, wanted) => {
        const changed = changeProxyFile(parse(bytesOf(file)), wanted);
        expect(textOf(changeProxyFile(parse(changed), wanted))).toBe(textOf(changed));
        expect(parse(bytesOf(file)).text).toBe(file);
      }),
    );
  });

  it('has the new settings, and all that it had besides', () => {
    fc.assert(
      fc.property(handWritten, settings, (file, wanted) => {
        const before = parse(bytesOf(file));
        const after = parse(changeProxyFile(before, wanted));
        expect(readProxySettings(after)).toEqual(wanted);
        expect(othersIn(after)).toEqual(expect.arrayContaining(othersIn(before)));
        const isBlockRemoved = wanted.dns === undefined && before.sections.some(({ name }) => name === 'dnsu2t');
        expect(isBlockRemoved ? [] : commentsIn(after)).toEqual(isBlockRemoved ? [] : commentsIn(before));
      }),
      { numRuns: 300 },
    );
  });
});

describe('values that redsocks reads in its own way', () => {
  it.each([
    ['01750', 1000],
    ['"0x1F90"', 8080],
    ['08', undefined],
    ['"80 "', undefined],
    ['0', undefined],
    ['70000', undefined],
    ['"-1"', undefined],
  ])('port %s', (printed, port) => {
    expect(readProxySettings(parse(`redsocks { port = ${printed}; }`)).port).toBe(port);
  });

  it('takes its default for what a block of a DNS server leaves out', () => {
    expect(readProxySettings(parse('dnsu2t { }')).dns).toBe('8.8.8.8:53');
    expect(readProxySettings(parse('dnsu2t { remote_port = x; }')).dns).toBeUndefined();
  });
});

function parse(file: string | Uint8Array): RedsocksDocument {
  const parsed = parseRedsocks(typeof file === 'string' ? Buffer.from(file) : file);
  if (!parsed.ok) throw new Error(`${parsed.fault.reason} at ${parsed.fault.at}`);
  return parsed.document;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function bytesOf(byteString: string): Buffer {
  return Buffer.from(byteString, 'latin1');
}

const SETTINGS = new Set(['type', 'ip', 'port', 'login', 'password']);

/** Every key with its value that is no setting. */
function othersIn({ sections }: RedsocksDocument): string[] {
  const proxy = sections.find(({ name }) => name === 'redsocks');
  return sections
    .filter(({ name }) => name !== 'dnsu2t')
    .flatMap((section) =>
      section.entries
        .filter(({ key }) => section !== proxy || !SETTINGS.has(key))
        .map(({ key, value }) => `${section.name}.${key}=${value}`),
    );
}

function commentsIn({ text }: RedsocksDocument): readonly string[] {
  return text.match(/\/\/ a comment; with = signs \{\n|\/\* one\n more \} \*\//g) ?? [];
}
