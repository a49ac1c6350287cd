import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Violation } from '../violation.ts';

/** Traces of the machine or the network that a file was written on. */
const LEAKS = [
  {
    pattern:
      /\bhttps?:\/\/(?:registry|npm|packages?|mirror|artifactory|nexus)\b(?!\.(?:local|test|invalid|localhost)\b)[\w.-]*\.[a-z]{2,}/i,
    what: 'the address of a package registry',
  },
  { pattern: /^\s*(?:resolved|tarball)\b["']?\s*:?\s*["']?https?:/, what: 'where a package was downloaded from' },
  {
    pattern: /(?<![\w./:-])\/(?:work|home\/[a-z][\w-]*|Users\/[A-Za-z][\w-]*|root\/(?!\.docker\b)[\w.-]+)\//,
    what: 'a path of one machine',
  },
];

/** Files of other kinds hold no text of ours. */
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|tar|gz|tgz|zip|db|sqlite)$/;

/** No file names a registry's host or a path of the machine that it was written on. */
export function checkLeaks(root: string, files: readonly string[]): Violation[] {
  return files
    .filter((file) => !BINARY.test(file))
    .flatMap((file) => {
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      return lines.flatMap((text, index) =>
        LEAKS.filter(({ pattern }) => pattern.test(text)).map(
          ({ what }) => ({ rule: 'leak', file, line: index + 1, message: `names ${what}` }) as const,
        ),
      );
    });
}
