import { describe, expect, it } from 'vitest';
import { ProjectError } from '../errors.ts';
import { parseYaml } from './parse-yaml.ts';
import { placeOf, toPlain } from './tree.ts';

function read(text: string): unknown {
  return toPlain(parseYaml(text, '/x.yaml'));
}

function keys(text: string): readonly string[] {
  const value = read(text);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function faults(text: string): string {
  try {
    parseYaml(text, '/x.yaml');
  } catch (error) {
    if (error instanceof ProjectError) return error.message;
    throw error;
  }
  return '';
}

describe('parseYaml', () => {
  it('reads modes with a leading zero as octal, and yes and on as text', () => {
    expect(read('{a: 0440, b: 440, c: yes, d: on, e: "0440", f: 0o17, g: 1.50}')).toEqual({
      a: 288,
      b: 440,
      c: 'yes',
      d: 'on',
      e: '0440',
      f: 15,
      g: 1.5,
    });
  });

  it('merges anchors, of which the own keys and the earlier anchors win', () => {
    expect(read('a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd: {<<: *a, y: 9}')).toMatchObject({
      c: { x: 1, y: 1, z: 3 },
      d: { x: 1, y: 9 },
    });
  });

  it('reads any number of aliases', () => {
    const uses = Array.from({ length: 500 }, (_, index) => `s${index}: *a`).join('\n');
    expect(keys(`a: &a {x: 1}\n${uses}`)).toHaveLength(501);
  });

  it('refuses aliases that multiply, and those that contain themselves', () => {
    const levels = Array.from({ length: 9 }, (_, index) => {
      const items = Array.from({ length: 9 }, () => (index === 0 ? 'x' : `*l${index - 1}`)).join(', ');
      return `l${index}: &l${index} [${items}]`;
    });
    expect(faults(levels.join('\n'))).toContain('has more than 200000 values');
    expect(faults('a: &a [*a]')).toContain('has more than 100 levels');
  });

  it('names line and column of faults', () => {
    expect(faults('a: [1\nb: 2')).toMatch(/^\/x.yaml:2:/);
    expect(faults('a: [{b: ${C}, d: 1}]\nc: { x: 1 }').split('\n')).toHaveLength(2);
    expect(faults('a:\n  b: *none')).toBe('/x.yaml:2:6: a.b: there is no anchor &none before this');
    expect(faults('a: {<<: 5}')).toBe('/x.yaml:1:9: a: << takes a map, or a list of maps');
    expect(faults('? [a]\n: b')).toContain('a key must be text');
  });

  it('keeps the names of the prototype as ordinary keys', () => {
    expect(keys('{constructor: 1, __proto__: 2, toString: 3}')).toEqual(['constructor', '__proto__', 'toString']);
  });

  it('knows where each value was written', () => {
    const tree = parseYaml('services:\n  web:\n    ports:\n      - "80"\n', '/x.yaml');
    expect(placeOf(tree, ['services', 'web', 'ports', 0])).toEqual({ file: '/x.yaml', line: 4, column: 9 });
    expect(placeOf(tree, ['services', 'web', 'image'])).toEqual({ file: '/x.yaml', line: 2, column: 3 });
  });
});
