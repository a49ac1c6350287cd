import { describe, expect, it } from 'vitest';
import { parseEnvFile, parseRawEnvFile } from './parse-env-file.ts';

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
    ['a comment alone as value', 'A= # comment', ''],
    ['double quotes', 'A="b # c" # comment', 'b # c'],
    ['escapes in double quotes', String.raw`A="a\tb\nc\\d\"e"`, 'a\tb\nc\\d"e'],
    ['an escaped dollar sign', String.raw`A="\${HOST}"`, '${HOST}'],
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

  it('skips comments and empty lines', () => {
    expect(variables('# A=1\n\n  # B=2\nC=3')).toEqual({ C: '3' });
  });

  it('names the line of a fault without its value', () => {
    expect(parseEnvFile('A=1\nB="s3cret\nC=1', lookup).faults).toEqual([
      { line: 2, message: 'a quoted value has no closing quote' },
    ]);
    expect(parseEnvFile('A="x" s3cret', lookup).faults).toEqual([
      { line: 1, message: 'only a comment may follow the closing quote of a value' },
    ]);
    expect(parseEnvFile('A B=s3cret', lookup).faults).toEqual([
      { line: 1, message: "'A B' is not the name of a variable" },
    ]);
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
    expect(parseRawEnvFile('A B=1').faults).toEqual([{ line: 1, message: "'A B' is not the name of a variable" }]);
  });
});
