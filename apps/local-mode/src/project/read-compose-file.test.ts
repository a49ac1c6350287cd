import { describe, expect, it } from 'vitest';
import { ProjectError } from './errors.ts';
import { readComposeFile } from './read-compose-file.ts';

const read = (text: string) => readComposeFile(text, 'compose.yaml', { PORT: '80', EMPTY: '' });

function faultOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ProjectError) return error.message;
    throw error;
  }
  return 'read';
}

const MERGED = `
x-base: &base
  restart: always
  ports: ["$PORT:80"]
x-more: &more
  tty: true
services:
  web:
    <<: *base
    image: web
  other:
    <<: [*more, *base]
`;

describe('readComposeFile', () => {
  it('resolves anchors, merge keys and variables', () => {
    expect(read(MERGED).value).toMatchObject({
      services: {
        web: { restart: 'always', ports: ['80:80'], image: 'web' },
        other: { tty: true, restart: 'always', ports: ['80:80'] },
      },
    });
  });

  it('leaves words such as yes and numbers with colons as they stand', () => {
    expect(read('a: yes\nb: 22:22\nc: true').value).toEqual({ a: 'yes', b: '22:22', c: true });
  });

  it('does not replace variables in keys', () => {
    expect(read('$PORT: $PORT').value).toEqual({ $PORT: '80' });
  });

  it('finds the place of a value, also through a merge key', () => {
    const { locate } = read(MERGED);
    expect(locate(['services', 'web', 'image'])).toEqual({ line: 10, column: 5 });
    expect(locate(['services', 'web', 'ports'])).toEqual({ line: 4, column: 3 });
    expect(locate(['services', 'other', 'ports', 0])).toEqual({ line: 4, column: 11 });
  });

  it('finds the place around a value that is not there', () => {
    expect(read(MERGED).locate(['services', 'web', 'image', 'x', 'y'])).toEqual({ line: 10, column: 5 });
    expect(read('a: 1').locate(['b'])).toBeUndefined();
  });

  it('tells the place of the first use of a variable without value', () => {
    expect([...read('a: $NONE\nb: ${NONE} ${EMPTY}').unset]).toEqual([['NONE', { line: 1, column: 4 }]]);
  });

  it.each([
    ['a broken line', 'services:\n  web: [', 'compose.yaml:2:9: '],
    ['a tab as indentation', 'services:\n\tweb: {}', 'compose.yaml:2:1: '],
    ['a key that stands there twice', 'a: 1\na: 2', 'compose.yaml:2:1: Map keys must be unique'],
    ['an unknown anchor', 'a: *none', 'compose.yaml:1:4: a: there is no anchor &none before this'],
    [
      'a variable that must be set',
      'services:\n  web:\n    image: ${IMAGE:?name one}',
      'compose.yaml:3:12: services.web.image: variable IMAGE must be set: name one',
    ],
  ])('names line and column of %s', (_, text, message) => {
    expect(faultOf(text)).toContain(message);
  });
});
