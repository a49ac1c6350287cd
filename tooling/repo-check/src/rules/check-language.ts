import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Violation } from '../violation.ts';

/** A way to say things that this house avoids. */
interface Phrase {
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
}

/** Words and constructions that hide the actor, or that the field does not use. */
const PHRASES: readonly Phrase[] = [
  {
    pattern: /\b(?:some|any|every)body\b|(?<!USER |\/)\bnobody\b(?![:'/])|\bwhoever\b/i,
    instead: 'name the actor: client, caller, another program',
  },
  {
    pattern: /\b(?:is|are|was|were|be|been|being|not) told\b(?! apart)|\btold of\b|\bunless told\b|\bas told\b/i,
    instead: 'report, return, name, by default',
  },
  { pattern: /\b(?:to|of|from|for|by|with) whom\b|\bwhom\b/i, instead: 'name the actor' },
  {
    pattern: /(?:^|[.;:] |\*\s|\/\/ )Who (?!may\b)[a-z]+s?\b(?!.*\?)/,
    instead: 'start with the subject: "A client that …"',
  },
  { pattern: /(?:^|\. |\*\* |\* |\/\/ )That (?:the|a|an|it|no|what|there)\b/, instead: 'start with the subject' },
  {
    // A comment names the thing: "The contents of an engine", not "What an engine holds".
    pattern: /(?:\/\*\*|^\s*\*|\/\/) What [a-z]/,
    instead: 'a noun: The contents of …, The result of …',
  },
  { pattern: /(?:\/\*\*|^\s*\*|\/\/).*\b(?:again and again|beforehand)\b/, instead: 'repeatedly, in advance' },
  { pattern: /\bto be had\b/i, instead: 'available' },
  { pattern: /\bis up to\b(?! (?:date|a|an|the|\d))/i, instead: 'say which value decides' },
  { pattern: /\ball the same\b/i, instead: 'anyway, still, equal' },
  { pattern: /\b(?:see|sees|seen|saw) to it\b/i, instead: 'ensure' },
  { pattern: /\bfor ever\b/i, instead: 'forever' },
  { pattern: /\b(?:anew|afresh)\b/i, instead: 'again, from scratch' },
  { pattern: /\bof old\b|\bin vain\b|\bso much as\b|\bfor want of\b|\bas one likes\b/i, instead: 'plain words' },
  { pattern: /\bsurroundings\b/i, instead: 'context, inputs' },
];

const READ = /\.(?:ts|tsx|mts|mjs|md|sh|yml|yaml)$/;
/** The list itself, and its test. */
const EXEMPT = /\/check-language(?:\.test)?\.ts$|\/generated\//;

/** Texts, comments and names are plain, present-day English: subject, verb, object, and the nouns of the field. */
export function checkLanguage(root: string, files: readonly string[]): Violation[] {
  return files
    .filter((file) => READ.test(file) && !EXEMPT.test(file) && !file.startsWith('pnpm-'))
    .flatMap((file) => findPhrases(file, readFileSync(join(root, file), 'utf8')));
}

function findPhrases(file: string, text: string): Violation[] {
  return text.split('\n').flatMap((line, index) =>
    PHRASES.flatMap(({ pattern, instead }) => {
      const [found] = pattern.exec(line) ?? [];
      if (found === undefined) return [];
      return [{ rule: 'language', file, line: index + 1, message: `"${found.trim()}": ${instead}` } as const];
    }),
  );
}
