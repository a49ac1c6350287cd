import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRedsocks, type RedsocksDocument } from '../src/redsocks/parse-redsocks.ts';
import { printPlain, printQuoted } from '../src/redsocks/print-value.ts';
import { changeProxyFile, createProxyFile } from '../src/redsocks/proxy-settings.ts';
import { characters, handWritten, settingsOfDebian, value } from './arbitraries.ts';

/*
 * Our assumptions about redsocks, checked against redsocks itself. Each question is a process of its own, some
 * milliseconds long.
 */
const RUNS = { numRuns: 80 };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'redsocks-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('redsocks', () => {
  it('reads every value as it was printed', () => {
    fc.assert(
      fc.property(value, fc.boolean(), (text, plain) => {
        // Redsocks says what it read when that is no number.
        const word = `v${text}`;
        const { complaint } = ask(`redsocks {\n\tport = ${plain ? printPlain(word) : printQuoted(word)};\n}\n`);
        expect(complaint).toContain(`value <${word}> can't be parsed for key <port>`);
      }),
      RUNS,
    );
  });

  it.each(['{', '}', '=', ';', '//', '/*'])('takes %j for a sign, even in quotes', (sign) => {
    expect(ask(`redsocks {\n\tlogin = "${sign}";\n}\n`).accepted).toBe(false);
  });

  it('accepts what we make and what we change', () => {
    fc.assert(
      fc.property(settingsOfDebian, settingsOfDebian, (before, after) => {
        const made = createProxyFile(before);
        expect(ask(made)).toMatchObject({ accepted: true });
        expect(ask(changeProxyFile(documentOf(made), after))).toMatchObject({ accepted: true });
      }),
      RUNS,
    );
  });

  it('finds no fault of form in a file of a person that we changed', () => {
    fc.assert(
      fc.property(handWritten, settingsOfDebian, (file, wanted) => {
        const changed = changeProxyFile(documentOf(Buffer.from(file, 'latin1')), wanted);
        expect(ask(changed).complaint).not.toMatch(FAULT_OF_FORM);
      }),
      RUNS,
    );
  });

  it('finds the faults of form that we find, but for what it passes over at the end of a file', () => {
    const noise = fc.string({ unit: characters('{}=;"\\/*# \nb1.é'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(noise, fc.nat(FILE.length - 2), (inserted, at) => {
        const file = `${FILE.slice(0, at)}${inserted}${FILE.slice(at)}`;
        const parsed = parseRedsocks(Buffer.from(file));
        const { accepted, complaint } = ask(Buffer.from(file));
        expect(parsed.ok ? complaint : '').not.toMatch(FAULT_OF_FORM);
        expect(parsed.ok || !accepted || parsed.fault.reason.endsWith('without an end')).toBe(true);
      }),
      RUNS,
    );
  });
});

/** Complaints about anything but a name or a value that it does not know; those that follow the first mean nothing. */
const FAULT_OF_FORM =
  /^file parsing error at line \d+: (?!unknown section|.*unknown key|.*is not parsed|.*unable to resolve|.*redirector|.*relay|.*type|.*invalid IP|.*range)/;
const FILE = 'base { redirector = iptables; }\nredsocks { type = socks5; ip = 127.0.0.1; port = 1; login = "a"; }\n';

function documentOf(bytes: Uint8Array): RedsocksDocument {
  const parsed = parseRedsocks(bytes);
  if (!parsed.ok) throw new Error(parsed.fault.reason);
  return parsed.document;
}

function ask(file: string | Uint8Array): { readonly accepted: boolean; readonly complaint: string } {
  const path = join(directory, 'redsocks.conf');
  writeFileSync(path, typeof file === 'string' ? Buffer.from(file, 'latin1') : file);
  const { status, stderr, error } = spawnSync('redsocks', ['-t', '-c', path], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { accepted: status === 0, complaint: stderr };
}
