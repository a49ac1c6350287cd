import { describe, expect, it } from 'vitest';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { toPlain } from '../yaml/tree.ts';
import { mergeTrees } from './merge-trees.ts';

/** Merges two versions of one service. */
function merged(base: string, override: string): unknown {
  const [before, after] = [base, override].map((text) => parseYaml(text, '/x.yaml'));
  if (before === undefined || after === undefined) throw new Error('two texts are needed');
  const result = mergeTrees(before, after, ['services', 'web']);
  return result === undefined ? undefined : toPlain(result);
}

type Case = [base: string, override: string, expected: unknown];

describe('mergeTrees', () => {
  it.each<readonly [string, ...Case]>([
    ['scalars: the later one', 'image: a', 'image: b', { image: 'b' }],
    [
      'maps by key',
      'healthcheck: {retries: 1, interval: 1s}',
      'healthcheck: {retries: 2}',
      { healthcheck: { retries: 2, interval: '1s' } },
    ],
    ['command replaced', 'command: [a, b]', 'command: [c]', { command: ['c'] }],
    ['entrypoint replaced', 'entrypoint: a', 'entrypoint: [b]', { entrypoint: ['b'] }],
    [
      'health test replaced',
      'healthcheck: {test: [CMD, a]}',
      'healthcheck: {test: [CMD, b]}',
      { healthcheck: { test: ['CMD', 'b'] } },
    ],
    ['dns appended', 'dns: 1.1.1.1', 'dns: [8.8.8.8]', { dns: ['1.1.1.1', '8.8.8.8'] }],
    ['the same text once', 'cap_add: [A]', 'cap_add: [A, B]', { cap_add: ['A', 'B'] }],
    [
      'environment as list and map',
      'environment: [A=1, B=2]',
      'environment: {B: 3, C: 4}',
      { environment: { A: '1', B: 3, C: 4 } },
    ],
    ['environment passed on', 'environment: {A: 1}', 'environment: [A]', { environment: { A: null } }],
    ['labels by key', 'labels: {a: 1}', 'labels: [a=2, b=3]', { labels: { a: '2', b: '3' } }],
    [
      'networks as list and map',
      'networks: [a]',
      'networks: {b: {aliases: [x]}}',
      { networks: { a: null, b: { aliases: ['x'] } } },
    ],
    [
      'depends_on as list and map',
      'depends_on: [a]',
      'depends_on: {a: {condition: service_healthy}}',
      { depends_on: { a: { condition: 'service_healthy' } } },
    ],
    ['build as text and map', 'build: ./a', 'build: {args: {A: 1}}', { build: { context: './a', args: { A: 1 } } }],
    ['volumes by target', 'volumes: [a:/data, b:/x]', 'volumes: [c:/data:ro]', { volumes: ['c:/data:ro', 'b:/x'] }],
    [
      'volumes by target in both forms',
      'volumes: [a:/data]',
      'volumes: [{type: volume, source: c, target: /data}]',
      { volumes: [{ type: 'volume', source: 'c', target: '/data' }] },
    ],
    [
      'ports by all parts',
      'ports: ["80:80"]',
      'ports: ["80:80/tcp", "443:443", "127.0.0.1:80:80"]',
      { ports: ['80:80/tcp', '443:443', '127.0.0.1:80:80'] },
    ],
    [
      'secrets by target',
      'secrets: [a, b]',
      'secrets: [{source: c, target: a}]',
      { secrets: [{ source: 'c', target: 'a' }, 'b'] },
    ],
    [
      'logging of one driver',
      'logging: {driver: a, options: {x: 1}}',
      'logging: {options: {y: 2}}',
      { logging: { driver: 'a', options: { x: 1, y: 2 } } },
    ],
    [
      'logging of another driver',
      'logging: {driver: a, options: {x: 1}}',
      'logging: {driver: b}',
      { logging: { driver: 'b' } },
    ],
    ['null changes nothing', 'ports: ["80"]', 'ports:', { ports: ['80'] }],
    ['!reset removes', 'ports: ["80"]\nimage: a', 'ports: !reset []', { image: 'a' }],
    ['!reset of a variable', 'environment: {A: 1, B: 2}', 'environment: {A: !reset null}', { environment: { B: 2 } }],
    ['!override replaces', 'ports: ["80"]', 'ports: !override ["90"]', { ports: ['90'] }],
    ['unknown lists appended', 'x-list: [1]', 'x-list: [1]', { 'x-list': [1, 1] }],
  ])('%s', (_, ...[base, override, expected]) => {
    expect(merged(base, override)).toEqual(expected);
  });
});
