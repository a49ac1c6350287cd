import { describe, expect, it } from 'vitest';
import { interpolate, InterpolationError } from './interpolate.ts';

const VARIABLES = { SET: 'value', EMPTY: '', OTHER: 'other' };

describe('interpolate', () => {
  it.each([
    ['plain text', 'a-b', 'a-b'],
    ['$SET', '$SET/x', 'value/x'],
    ['${SET}', 'a${SET}b', 'avalueb'],
    ['$$', 'a$$b $${SET}', 'a$b ${SET}'],
    [':- of an empty one', '${EMPTY:-default}', 'default'],
    ['- of an empty one', '${EMPTY-default}', ''],
    ['- of none', '${NONE-default}', 'default'],
    [':- of a set one', '${SET:-default}', 'value'],
    ['a nested default', '${NONE:-${EMPTY:-${OTHER}}!}', 'other!'],
    ['a default with a URL', '${NONE:-http://h:1/?a=b}', 'http://h:1/?a=b'],
    [':+ of an empty one', '${EMPTY:+yes}', ''],
    ['+ of an empty one', '${EMPTY+yes}', 'yes'],
    [':+ of a set one', '${SET:+yes}', 'yes'],
    ['? of an empty one', '${EMPTY?message}', ''],
    ['a fault in an operand that is not used', '${SET:-${NONE:?must}}', 'value'],
    ['text outside braces', '}{', '}{'],
  ])('reads %s', (_, text, expected) => {
    expect(interpolate(text, VARIABLES)).toEqual({ text: expected, unset: [] });
  });

  it('tells which variables have no value', () => {
    expect(interpolate('$NONE ${NONE2}', VARIABLES)).toEqual({ text: ' ', unset: ['NONE', 'NONE2'] });
  });

  it('says nothing of variables in an operand that is not used', () => {
    expect(interpolate('${SET:-$NONE}', VARIABLES)).toEqual({ text: 'value', unset: [] });
  });

  it.each([
    ['a missing variable with its message', '${NONE:?set it to a port}', 'variable NONE must be set: set it to a port'],
    ['an empty one with :?', '${EMPTY:?}', 'variable EMPTY must be set'],
    ['an open brace', '${SET:-x', "'${SET:-x' has no closing brace"],
    ['no name', 'a $ b', "'a $ b' cannot be read: after $ comes a name, {name} or another $; a plain $ is written $$"],
    [
      'an unknown operator',
      '${SET/x}',
      "'${SET/x}' cannot be read: after ${SET comes }, or one of :- - :? ? :+ +; a plain $ is written $$",
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => interpolate(text, VARIABLES)).toThrow(new InterpolationError(message));
  });
});
