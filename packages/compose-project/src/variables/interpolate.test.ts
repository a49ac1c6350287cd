import { describe, expect, it } from 'vitest';
import { interpolate, InterpolationError } from './interpolate.ts';

const VARIABLES = new Map([
  ['A', 'a'],
  ['EMPTY', ''],
]);
const lookup = (name: string): string | undefined => VARIABLES.get(name);

describe('interpolate', () => {
  it.each([
    ['$A and ${A}', 'a and a'],
    ['${A:-x} ${EMPTY:-x} ${EMPTY-x} ${NONE-x}', 'a x  x'],
    ['${A:+x} ${EMPTY:+x} ${EMPTY+x} ${NONE+x}', 'x  x '],
    ['${NONE:-${A}-${NONE:-y}}', 'a-y'],
    ['${A:?must}', 'a'],
    ['$$A $${A}', '$A ${A}'],
    // Text that is no variable stays: shell code in a command needs no escapes.
    ['$(date) $1 $@ $? 5$', '$(date) $1 $@ $? 5$'],
    ['${A:-${NONE:?unused}}', 'a'],
  ])('%s', (text, expected) => {
    expect(interpolate(text, lookup).text).toBe(expected);
  });

  it('names variables that have no value', () => {
    expect(interpolate('$NONE ${OTHER} $A', lookup).unset).toEqual(['NONE', 'OTHER']);
  });

  it.each([
    ['${NONE:?is needed}', 'variable NONE must be set: is needed'],
    ['${EMPTY:?}', 'variable EMPTY must be set'],
    ['${A', 'a name after ${ must be followed by one of } :- - :? ? :+ +; write $$ for a plain $'],
    ['${A:-x', 'an expression has no closing brace'],
    ['${}', 'a name must follow ${; write $$ for a plain $'],
  ])('refuses %s', (text, message) => {
    expect(() => interpolate(text, lookup)).toThrow(new InterpolationError(message));
  });
});
