import { PROXY_TYPES, type ProxySettings } from '../host-config.ts';
import { applyEdits, changeSection, removeSection, type Edit } from './edit-redsocks.ts';
import type { RedsocksDocument, RedsocksSection } from './parse-redsocks.ts';
import { fromByteString, printPlain, printQuoted } from './print-value.ts';

/** Whether redsocks would redirect connections to a proxy at all. */
export function isProxyConfigured(document: RedsocksDocument): boolean {
  return firstSection(document, PROXY) !== undefined;
}

/** The proxy settings of a redsocks.conf; values that redsocks could not use count as absent. */
export function readProxySettings(document: RedsocksDocument): Partial<ProxySettings> {
  const proxy = valuesOf(firstSection(document, PROXY));
  const type = PROXY_TYPES.find((known) => known === proxy.get('type'));
  const ip = proxy.get('ip');
  const port = portOf(proxy.get('port'));
  const login = proxy.get('login');
  const password = proxy.get('password');
  const dns = readDns(document);
  return {
    ...(type === undefined ? {} : { type }),
    ...(ip === undefined ? {} : { ip }),
    ...(port === null ? {} : { port }),
    ...(login === undefined ? {} : { login }),
    ...(password === undefined ? {} : { password }),
    ...(dns === null ? {} : { dns }),
  };
}

/** A new redsocks.conf. The values must be printable. */
export function createProxyFile(settings: ProxySettings): Uint8Array {
  const text = printBase() + printProxy(settings) + printDns(settings.dns);
  return Buffer.from(text, 'latin1');
}

/** A redsocks.conf with other settings; what is not one of them stays as it is. The values must be printable. */
export function changeProxyFile(document: RedsocksDocument, settings: ProxySettings): Uint8Array {
  const current = readProxySettings(document);
  const edits = [
    ...proxyEdits(document, current, settings),
    ...dnsEdits(document, current.dns, settings.dns),
    { start: document.text.length, end: document.text.length, text: missingSections(document, settings) },
  ];
  return Buffer.from(applyEdits(document.text, edits), 'latin1');
}

/** Redsocks would run one more proxy for each further block of this name: the first is the one that is configured. */
const PROXY = 'redsocks';
const DNS = 'dnsu2t';
const BASE = 'base';
/** The host expects them like this. */
const BASE_LINES = ['log_debug = off', 'log_info = on', 'log = stderr', 'daemon = off', 'redirector = iptables'];
const PROXY_LISTENS = ['local_ip = 127.0.0.1', 'local_port = 12345'];
const DNS_LISTENS = ['local_ip = 127.0.0.1', 'local_port = 53'];

const SETTING_KEYS = ['type', 'ip', 'port', 'login', 'password'] as const;
type SettingKey = (typeof SETTING_KEYS)[number];

function proxyEdits(
  document: RedsocksDocument,
  current: Partial<ProxySettings>,
  settings: ProxySettings,
): readonly Edit[] {
  const section = firstSection(document, PROXY);
  if (section === undefined) return [];
  const changed = SETTING_KEYS.filter((key) => current[key] !== settings[key]);
  return changeSection(document, section, new Map(changed.map((key) => [key, printSetting(key, settings)])));
}

function dnsEdits(
  document: RedsocksDocument,
  current: string | undefined,
  wanted: string | undefined,
): readonly Edit[] {
  const section = firstSection(document, DNS);
  if (section === undefined || current === wanted) return [];
  if (wanted === undefined) {
    return document.sections.filter(({ name }) => name === DNS).map((each) => removeSection(document, each));
  }
  const { ip, port } = splitDns(wanted);
  return changeSection(
    document,
    section,
    new Map([
      ['remote_ip', printPlain(ip)],
      ['remote_port', printPlain(port)],
    ]),
  );
}

/** Redsocks does not start without a block `base`. */
function missingSections(document: RedsocksDocument, settings: ProxySettings): string {
  return [
    firstSection(document, BASE) === undefined ? printBase() : '',
    firstSection(document, PROXY) === undefined ? printProxy(settings) : '',
    firstSection(document, DNS) === undefined ? printDns(settings.dns) : '',
  ].join('');
}

function printBase(): string {
  return printSection(BASE, BASE_LINES);
}

function printProxy(settings: ProxySettings): string {
  const lines = SETTING_KEYS.flatMap((key) => {
    const value = printSetting(key, settings);
    return value === null ? [] : [`${key} = ${value}`];
  });
  return printSection(PROXY, [...lines, ...PROXY_LISTENS]);
}

function printDns(dns: string | undefined): string {
  if (dns === undefined) return '';
  const { ip, port } = splitDns(dns);
  return printSection(DNS, [`remote_ip = ${printPlain(ip)}`, `remote_port = ${printPlain(port)}`, ...DNS_LISTENS]);
}

/** The host looks for the name of the block at the beginning of a line. */
function printSection(name: string, lines: readonly string[]): string {
  return `${name} {\n${lines.map((line) => `\t${line};\n`).join('')}}\n`;
}

/** `null`: it is not set. */
function printSetting(key: SettingKey, settings: ProxySettings): string | null {
  const value = settings[key];
  if (value === undefined) return null;
  return key === 'login' || key === 'password' ? printQuoted(String(value)) : printPlain(String(value));
}

function splitDns(dns: string): { readonly ip: string; readonly port: string } {
  const colon = dns.lastIndexOf(':');
  return { ip: dns.slice(0, colon), port: dns.slice(colon + 1) };
}

/** Redsocks has values of its own for what the block leaves out. */
function readDns(document: RedsocksDocument): string | null {
  const section = firstSection(document, DNS);
  if (section === undefined) return null;
  const values = valuesOf(section);
  const port = portOf(values.get('remote_port') ?? '53');
  return port === null ? null : `${values.get('remote_ip') ?? '8.8.8.8'}:${port}`;
}

function firstSection({ sections }: RedsocksDocument, name: string): RedsocksSection | undefined {
  return sections.find((section) => section.name === name);
}

/** Of several values of a key, the last one counts. */
function valuesOf(section: RedsocksSection | undefined): ReadonlyMap<string, string> {
  return new Map(section?.entries.map(({ key, value }) => [key, fromByteString(value)]));
}

/** A port as strtoul(3) reads it: a leading 0 makes it octal, 0x hexadecimal. */
function portOf(text: string | undefined): number | null {
  if (text === undefined || !/^(?:[1-9]\d*|0[0-7]+|0x[\da-f]+)$/i.test(text)) return null;
  const port = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  return port > 0 && port <= 65_535 ? port : null;
}
