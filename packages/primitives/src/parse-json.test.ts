import { formatError } from '@device-supervisor/errors';
import { describe, expect, it } from 'vitest';
import { InvalidJsonError, parseJson, tryParseJson } from './index.ts';

const SECRET = 's3cr3t-key';

describe('parseJson', () => {
  it.each(['{"a":[1,null]}', 'null', '"text"', '  7 '])('parses %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(tryParseJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['', 'Unexpected end of JSON input'],
    [SECRET, "Unexpected token 's'"],
    [`"${SECRET}`, 'Unterminated string in JSON at position 11 (line 1 column 12)'],
    [`{"key":"${SECRET}","b":,}`, "Unexpected token ','"],
    [`[""${SECRET}"]`, "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)"],
    [`{"key":"${SECRET}"`, "Expected ',' or '}' after property value in JSON at position 19 (line 1 column 20)"],
  ])('says what is wrong with %j, and quotes nothing of it', (text, reason) => {
    expect(() => parseJson(text)).toThrow(new InvalidJsonError(reason));
    expect(tryParseJson(text)).toBe(undefined);
    expect(reasonFor(text)).not.toContain(SECRET);
  });
});

function reasonFor(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    return formatError(error) + JSON.stringify(error);
  }
  throw new Error('it was parsed');
}
