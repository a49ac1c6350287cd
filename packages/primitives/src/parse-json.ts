import { InvalidJsonError } from './errors.ts';

/**
 * Parses JSON.
 *
 * @throws {@link InvalidJsonError} without any of the text: what devices store and receive as JSON holds keys and tokens,
 *   and the engine's own `SyntaxError` quotes it
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidJsonError(reasonOf(error));
  }
}

/** Parses JSON. `undefined`, which is no value of JSON: the text is invalid. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** V8 appends its quotation of the text after a comma: `Unexpected token 'x', "…" is not valid JSON`. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, (?:\.\.\.)?".*$/s, '') : 'it cannot be parsed';
}
