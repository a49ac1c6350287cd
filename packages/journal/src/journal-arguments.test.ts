import { describe, expect, it } from 'vitest';
import { JournalOptionError } from './errors.ts';
import { journalArguments } from './journal-arguments.ts';
import type { JournalQuery } from './journal-query.ts';

const FULL_ID = 'ab'.repeat(32);

describe('journalArguments', () => {
  it.each<[string, JournalQuery, string[]]>([
    ['nothing', {}, []],
    ['the last entries', { lines: 0 }, ['--lines=0']],
    ['all fields', { all: true }, ['--all']],
    ['following', { follow: true }, ['--follow']],
    ['following from a time on', { follow: true, since: 5 }, ['--follow', '--no-tail', '--since=@0.005000']],
    ['following after a cursor', { follow: true, afterCursor: 's=1' }, ['--follow', '--no-tail', '--after-cursor=s=1']],
    [
      'following the last ones from a time on',
      { follow: true, lines: 3, since: '1h ago' },
      ['--follow', '--lines=3', '--since=1h ago'],
    ],
    [
      'a time in milliseconds',
      { since: 1_700_000_000_123, until: 0.5 },
      ['--since=@1700000000.123000', '--until=@0.000500'],
    ],
    ['names', { unit: 'docker.service', identifier: 'abc' }, ['--unit=docker.service', '--identifier=abc']],
    [
      'values that look like options',
      { unit: '--file', identifier: '--file=/x', since: '-1h' },
      ['--unit=--file', '--identifier=--file=/x', '--since=-1h'],
    ],
    ['a pattern of units', { unit: 'dev-*\\x2d[0-9]@!a?.device' }, ['--unit=dev-*\\x2d[0-9]@!a?.device']],
    ['a time of ISO 8601', { until: '2026-11-24T06:56:36.5+01:00' }, ['--until=@1795499796.500000']],
    ['places', { directory: '/j', root: '/mnt/root' }, ['--directory=/j', '--root=/mnt/root']],
    ['a container', { containerId: FULL_ID }, [`CONTAINER_ID_FULL=${FULL_ID}`]],
    ['a short container id', { containerId: 'abcdef012345' }, ['CONTAINER_ID=abcdef012345']],
    ['a match', { matches: [{ PRIORITY: '3', _PID: '1' }] }, ['PRIORITY=3', '_PID=1']],
    ['groups of matches', { matches: [{ A: '1', B: '-2' }, { C: '3' }] }, ['A=1', 'B=-2', '+', 'C=3']],
    [
      'groups of matches of a container',
      { containerId: 'abcdef012345', matches: [{ A: '1' }, { B: '2' }] },
      ['A=1', 'CONTAINER_ID=abcdef012345', '+', 'B=2', 'CONTAINER_ID=abcdef012345'],
    ],
  ])('asks for %s', (_, query, expected) => {
    const args = journalArguments(query, { format: 'short', all: false, quiet: false });
    expect(args).toEqual(['--no-pager', '--output=short', ...expected]);
  });

  it('lets the query decide about all fields', () => {
    expect(journalArguments({}, { format: 'json', all: true, quiet: true })).toContain('--all');
    expect(journalArguments({ all: false }, { format: 'json', all: true, quiet: true })).not.toContain('--all');
  });

  it.each<[string, JournalQuery]>([
    ['lines', { lines: -1 }],
    ['lines', { lines: 1.5 }],
    ['lines', { lines: Number.NaN }],
    ['unit', { unit: '' }],
    ['unit', { unit: '--file=/etc/shadow' }],
    ['unit', { unit: 'a b' }],
    ['unit', { unit: 'x'.repeat(256) }],
    ['since', { since: '--file=/etc/shadow' }],
    ['until', { until: '2026-11-24\n' }],
    ['identifier', { identifier: 'a\0b' }],
    ['since', { since: Number.POSITIVE_INFINITY }],
    ['since', { since: '' }],
    ['until', { until: -1 }],
    ['afterCursor', { afterCursor: 'x'.repeat(5_000) }],
    ['containerId', { containerId: '--file=/etc/shadow' }],
    ['matches', { matches: [{ '--file': '/etc/shadow' }] }],
    ['matches', { matches: [{ '/usr/bin/sh': '1' }] }],
    ['MESSAGE', { matches: [{ MESSAGE: '' }] }],
  ])('refuses %s: %o', (option, query) => {
    const act = () => journalArguments(query, { format: 'short', all: false, quiet: false });
    expect(act).toThrow(JournalOptionError);
    expect(act).toThrow(expect.objectContaining({ details: { option } }));
  });

  it('refuses a format that journalctl does not know', () => {
    const format = 'help';
    const act = () => journalArguments({}, { format, all: false, quiet: false });
    expect(act).toThrow('format must be one of short, ');
    expect(act).toThrow(expect.objectContaining({ details: { option: 'format' } }));
  });
});
