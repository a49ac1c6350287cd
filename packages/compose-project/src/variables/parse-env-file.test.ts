import { describe, expect, it } from 'vitest';
import { parseEnvFile, parseRawEnvFile } from './parse-env-file.ts';

const NOT_A_NAME = 'a line must be NAME=value, with a name of letters, digits and _ . - [ ]';

const ENVIRONMENT = new Map([
  ['HOST', 'host'],
  ['EMPTY', ''],
]);
const lookup = (name: string): string | undefined => ENVIRONMENT.get(name);

function variables(text: string): Record<string, string | null> {
  const { variables: read, faults } = parseEnvFile(text, lookup);
  expect(faults).toEqual([]);
  return Object.fromEntries(read);
}

describe('parseEnvFile reads as docker compose does', () => {
  it.each<[string, string, string | null]>([
    ['plain text', 'A=b', 'b'],
    ['nothing', 'A=', ''],
    ['spaces around', '  A = b c  ', 'b c'],
    ['a colon', 'A: b', 'b'],
    ['an export', 'export A=b', 'b'],
    ['a comment behind a space', 'A=b # comment', 'b'],
    ['a hash inside a value', 'A=abc#123', 'abc#123'],
    ['a hash at the beginning of a value', 'A= # x', '# x'],
    ['a hash behind a tab', 'A=b\t# c', 'b\t# c'],
    ['double quotes', 'A="b # c" # comment', 'b # c'],
    ['escapes in double quotes', String.raw`A="a\tb\nc\\d\"e"`, 'a\tb\nc\\d"e'],
    ['an escaped dollar sign', String.raw`A="\${HOST}"`, '${HOST}'],
    ['control characters and octal numbers', String.raw`A="\a\b\f\v\0123\033\q"`, '\u0007\b\f\vS\\033\\q'],
    ['an escaped backslash before an n', String.raw`A="c:\\new"`, String.raw`c:\new`],
    ['a backslash at the end of single quotes', String.raw`A='b\\'`, String.raw`b\\`],
    ['single quotes', `A='$HOST \\n'`, '$HOST \\n'],
    ['an escaped single quote', String.raw`A='Let\'s go'`, "Let's go"],
    ['json in double quotes', String.raw`A="{\"hello\": \"json\"}"`, '{"hello": "json"}'],
    ['a variable of the environment', 'A=${HOST}', 'host'],
    ['a default', 'A=${ABSENT:-b}', 'b'],
    ['a default for an empty value', 'A=${EMPTY:-b}', 'b'],
    ['a variable in double quotes', 'A="$HOST!"', 'host!'],
    ['a shell command', 'A=$(date) $1', '$(date) $1'],
    ['a quote inside a value', `A=it's`, "it's"],
    ['an equals sign in the value', 'A=b=c', 'b=c'],
    ['a URL', 'A=http://x:1/y?z#w', 'http://x:1/y?z#w'],
    ['a name alone', 'A', null],
    ['windows line ends', 'A=b\r\n', 'b'],
    ['an equals sign without a value before a comment', 'A=\n# c', ''],
    ['a letter beyond ASCII in the value', 'A=grün # c', 'grün'],
    ['a byte order mark', '\uFEFFA=b', 'b'],
  ])('%s', (_, text, expected) => {
    expect(variables(text)).toEqual({ A: expected });
  });

  it('replaces variables of earlier lines, which the environment overrides', () => {
    expect(variables('A=1\nHOST=2\nB=${A}-${HOST}')).toEqual({ A: '1', HOST: '2', B: '1-host' });
  });

  it('reads quoted values over several lines', () => {
    expect(variables(`KEY="-----BEGIN\nabc\n-----END"\nB='x\ny'\nC=1`)).toEqual({
      KEY: '-----BEGIN\nabc\n-----END',
      B: 'x\ny',
      C: '1',
    });
  });

  it('takes another variable behind a closing quote', () => {
    expect(variables(`A="1" B='2' C=3 # x\nD`)).toEqual({ A: '1', B: '2', C: '3', D: null });
  });

  it('skips comments and empty lines', () => {
    expect(variables('# A=1\n\n  # B=2\nC=3')).toEqual({ C: '3' });
  });

  it('names the line of a fault without its value', () => {
    expect(parseEnvFile('A=1\nB="s3cret\nC=1', lookup).faults).toEqual([
      { line: 2, message: 'a quoted value has no closing quote' },
    ]);
    expect(parseEnvFile('\n# c\nA="x"; s3cret\nB=1\nC D', lookup)).toEqual({
      faults: [
        { line: 3, message: 'only a comment or another variable may follow the closing quote of a value' },
        { line: 5, message: NOT_A_NAME },
      ],
      variables: new Map([
        ['A', 'x'],
        ['B', '1'],
      ]),
    });
    expect(parseEnvFile('A B=s3cret', lookup).faults).toEqual([{ line: 1, message: NOT_A_NAME }]);
    expect(parseEnvFile('A="x\ny"\nB=${s3cret', lookup).faults).toEqual([
      { line: 3, message: 'a name after ${ must be followed by one of } :- - :? ? :+ +; write $$ for a plain $' },
    ]);
  });
});

describe('parseRawEnvFile', () => {
  it('takes lines as they stand', () => {
    const { variables: read } = parseRawEnvFile(`# comment\nA="b" # c\nB=$HOST\nC\n`);
    expect(Object.fromEntries(read)).toEqual({ A: '"b" # c', B: '$HOST', C: null });
  });

  it('refuses a name with a space', () => {
    expect(parseRawEnvFile('A B=1').faults).toEqual([{ line: 1, message: NOT_A_NAME }]);
  });
});
