import { expect, it } from 'vitest';
import { hindrancesOf, type HindranceSources } from './service-blocks.ts';

function hindrances(sources: Partial<HindranceSources>): readonly string[] {
  return hindrancesOf('web', { blocked: [], failures: new Map(), ...sources }).map(
    ({ kind, reason }) => `${kind}: ${reason}`,
  );
}

const block = (reason: string, service: string | null = 'web') => ({
  service,
  reason,
  message: `message of ${reason}`,
});
const failure = (attempts: number, isRetried = true) =>
  new Map([['pull', { service: 'web', reason: 'no such host', attempts, isRetried }]]);

it.each([
  ['dependency', 'depends'],
  ['engine', 'waits'],
  ['hand-over', 'waits'],
  ['locked', 'stands'],
  ['invalid', 'stands'],
  ['contract', 'stands'],
  ['name-taken', 'stands'],
  ['disk-space', 'stands'],
  ['reboot', 'stands'],
  ['backoff', 'retried'],
])('a block for the reason %s %s', (reason, kind) => {
  expect(hindrances({ blocked: [block(reason)] })).toEqual([`${kind}: message of ${reason}`]);
});

it('an operation counts as failed after three attempts, or when it is not retried', () => {
  expect(hindrances({ failures: failure(2) })).toEqual(['retried: no such host']);
  expect(hindrances({ failures: failure(3) })).toEqual(['failed: no such host']);
  expect(hindrances({ failures: failure(1, false) })).toEqual(['failed: no such host']);
});

it('what concerns the whole app concerns each service; what concerns another service or old objects does not', () => {
  const blocked = [block('invalid', null), block('locked', 'other'), block('cleanup', null)];
  expect(hindrances({ blocked })).toEqual(['stands: message of invalid']);
});

it('the most serious comes first, and a failure replaces the pause after it', () => {
  const blocked = [block('dependency'), block('locked'), block('backoff')];
  expect(hindrances({ blocked, failures: failure(3) })).toEqual([
    'failed: no such host',
    'stands: message of locked',
    'depends: message of dependency',
  ]);
});
