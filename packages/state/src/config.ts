import * as z from 'zod';
import { KeyName } from './identifiers.ts';

export const Config = z.record(KeyName, z.string('must be a string')).transform(withoutPrefixes);

/** Newer prefixes take precedence over older ones, any prefix over none. */
const PREFIXES = ['', 'RESIN_', 'BALENA_'];

/** Configuration variables under their names without prefix. */
export function withoutPrefixes(config: Readonly<Record<string, string>>): Record<string, string> {
  const stripped = new Map<string, string>();
  for (const prefix of PREFIXES) {
    for (const [name, value] of Object.entries(config)) {
      if (prefixOf(name) === prefix) stripped.set(withoutPrefix(name), value);
    }
  }
  return Object.fromEntries(stripped);
}

export function withoutPrefix(name: string): string {
  return name.slice(prefixOf(name).length);
}

function prefixOf(name: string): string {
  return name.startsWith('BALENA_') ? 'BALENA_' : name.startsWith('RESIN_') ? 'RESIN_' : '';
}
