import { FieldError } from './field-error.ts';

/**
 * Splits a command line into words as a POSIX shell does: blanks separate, quotes group, a backslash quotes the next
 * character. Nothing is expanded.
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (quote === "'") {
      if (character === "'") quote = null;
      else word = (word ?? '') + character;
    } else if (character === '\\') {
      const next = line.charAt(++index);
      if (next === '') throw new FieldError('the command ends in a backslash');
      // Between double quotes a backslash is literal, except before these.
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next);
    } else if (quote === '"') {
      if (character === '"') quote = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== null) throw new FieldError(`the command has an opening ${quote} without a closing one`);
  if (word !== null) words.push(word);
  return words;
}
