import { describe, expect, it } from 'vitest';
import { JournalFormatError } from './errors.ts';
import { parseJournalEntry } from './journal-entry.ts';

const BASE = { __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1700000000123999' };

describe('parseJournalEntry', () => {
  it('reads an entry of a container', () => {
    expect(
      parse({ MESSAGE: 'hello', PRIORITY: '3', CONTAINER_ID_FULL: 'abc', CONTAINER_NAME: 'web', _UID: '0' }),
    ).toEqual({
      message: 'hello',
      timestamp: 1_700_000_000_123,
      priority: 3,
      isStdErr: true,
      cursor: 's=1',
      containerId: 'abc',
      containerName: 'web',
      fields: { ...BASE, PRIORITY: '3', CONTAINER_ID_FULL: 'abc', CONTAINER_NAME: 'web', _UID: '0' },
    });
  });

  it.each([
    { what: 'text', MESSAGE: 'sömething', message: 'sömething' },
    { what: 'bytes', MESSAGE: [255, 104, 105, 10], message: '\ufffdhi\n', bytes: [255, 104, 105, 10] },
    { what: 'bytes that are text after all', MESSAGE: [195, 182], message: 'ö', bytes: [195, 182] },
    { what: 'several', MESSAGE: ['one', 'two'], message: 'one' },
    { what: 'several, the first of them bytes', MESSAGE: [[104, 105], 'two'], message: 'hi' },
    { what: 'too long a message', MESSAGE: null, message: '' },
    { what: 'none', MESSAGE: undefined, message: '' },
    { what: 'an empty list', MESSAGE: [], message: '' },
  ])('takes $what as the message', ({ MESSAGE, message, bytes }) => {
    const entry = parse({ MESSAGE });
    expect(entry.message).toBe(message);
    expect(entry.messageBytes).toEqual(bytes === undefined ? undefined : Uint8Array.from(bytes));
  });

  it.each([
    ['0', 0, true],
    ['3', 3, true],
    ['4', 4, false],
    ['7', 7, false],
    ['8', 6, false],
    ['', 6, false],
    [undefined, 6, false],
  ])('takes priority %o for %o', (PRIORITY, priority, isStdErr) => {
    expect(parse({ PRIORITY })).toMatchObject({ priority, isStdErr });
  });

  it.each([
    ['', 'an object'],
    ['{"MESSAGE":"s3cret', 'an object'],
    ['[]', 'an object'],
    ['null', 'an object'],
    [JSON.stringify({ ...BASE, __CURSOR: null }), '__CURSOR'],
    [JSON.stringify({ __CURSOR: 's=1' }), '__REALTIME_TIMESTAMP'],
    [JSON.stringify({ __CURSOR: 's=1', __REALTIME_TIMESTAMP: 'yesterday' }), '__REALTIME_TIMESTAMP'],
  ])('refuses %s', (line, missing) => {
    const act = () => parseJournalEntry(line);
    expect(act).toThrow(JournalFormatError);
    expect(act).toThrow(`journalctl wrote a line that is not a journal entry (${missing})`);
  });
});

function parse(fields: Readonly<Record<string, unknown>>) {
  return parseJournalEntry(JSON.stringify({ ...BASE, ...fields }));
}
