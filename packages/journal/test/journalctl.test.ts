import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  followJournal,
  JOURNAL_FORMATS,
  JournalFailedError,
  readJournal,
  streamJournal,
  type JournalEntry,
  type JournalQuery,
} from '@device-supervisor/journal';
import { waitFor } from '@device-supervisor/testbed';
import { startJournalWriter, type WrittenEntry } from './journal-writer.ts';

const WEB = 'ab'.repeat(32);
const DB = 'cd'.repeat(32);
const START = 1_700_000_000_000_000;
const never = new AbortController().signal;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => {
  expect(journalctls()).toEqual([]);
  rmSync(directory, { recursive: true, force: true });
});

describe('readJournal', () => {
  beforeEach(async () => {
    await write(...Array.from({ length: 20 }, (_, index) => line(index, `line ${index}`, index % 2 === 0 ? WEB : DB)), {
      time: START + 20_000_000,
      fields: { MESSAGE: Buffer.from([255, 254, 10, 104, 105]), _SYSTEMD_UNIT: 'a.service' },
    });
  });

  it('gives every entry with what is known about it', async () => {
    const entries = await read({});
    expect(entries).toHaveLength(21);
    expect(entries[3]).toEqual({
      message: 'line 3',
      timestamp: 1_700_000_003_000,
      priority: 3,
      isStdErr: true,
      cursor: expect.stringMatching(/^s=[0-9a-f]{32};i=/),
      containerId: DB,
      containerName: 'db',
      fields: expect.objectContaining({ SYSLOG_IDENTIFIER: DB.slice(0, 12), __REALTIME_TIMESTAMP: '1700000003000000' }),
    });
    expect(entries[20]).toMatchObject({
      message: '\ufffd\ufffd\nhi',
      messageBytes: Uint8Array.from([255, 254, 10, 104, 105]),
    });
  });

  it.each<[string, JournalQuery, string[]]>([
    ['the last', { lines: 2, containerId: WEB }, ['line 16', 'line 18']],
    ['none', { lines: 0 }, []],
    ['from a time on', { since: 1_700_000_018_000 }, ['line 18', 'line 19', '\ufffd\ufffd\nhi']],
    ['from a fraction of a second on', { since: 1_700_000_018_000.5, until: 1_700_000_019_500 }, ['line 19']],
    ['up to a time', { until: '@1700000001' }, ['line 0', 'line 1']],
    ['of a container', { containerId: DB, until: 1_700_000_004_000 }, ['line 1', 'line 3']],
    ['of a container by its short id', { containerId: DB.slice(0, 12), lines: 1 }, ['line 19']],
    ['of a writer', { identifier: WEB.slice(0, 12), lines: 1 }, ['line 18']],
    ['of a unit', { unit: 'a.service' }, ['\ufffd\ufffd\nhi']],
    ['of a unit by a pattern', { unit: 'a.*' }, ['\ufffd\ufffd\nhi']],
    ['of no unit', { unit: '--directory' }, []],
    ['up to a time of ISO 8601', { until: '2023-11-14T23:13:21+01:00' }, ['line 0', 'line 1']],
    [
      'of either of two groups',
      { matches: [{ MESSAGE: 'line 4' }, { MESSAGE: 'line 7', PRIORITY: '3' }] },
      ['line 4', 'line 7'],
    ],
    ['of all of a group', { matches: [{ MESSAGE: 'line 4', PRIORITY: '3' }] }, []],
    [
      'of a group and a container',
      { matches: [{ PRIORITY: '3' }, { PRIORITY: '6' }], containerId: WEB, lines: 1 },
      ['line 18'],
    ],
  ])('finds entries: %s', async (_, query, expected) => {
    expect(await messages(query)).toEqual(expected);
  });

  it('goes on after an entry', async () => {
    const [first] = await read({ lines: 3 });
    expect(await messages({ afterCursor: first?.cursor })).toEqual(['line 19', '\ufffd\ufffd\nhi']);
  });

  it('finds the journal of a host below its root', async () => {
    const machine = '0123456789abcdef0123456789abcdef';
    await mkdir(join(directory, 'host', 'var', 'log', 'journal'), { recursive: true });
    symlinkSync(directory, join(directory, 'host', 'var', 'log', 'journal', machine));
    const entries = await fromAsync(readJournal({ root: join(directory, 'host'), lines: 1, containerId: WEB }, never));
    expect(entries.map(({ message }) => message)).toEqual(['line 18']);
  });

  it.each<[string, JournalQuery, string]>([
    ['a cursor', { afterCursor: 'garbage' }, 'Failed to seek to cursor'],
    ['a time', { since: '2026-99-99' }, 'Failed to parse timestamp: 2026-99-99'],
  ])('reports what journalctl says about %s that it cannot read', async (_, query, reason) => {
    const reading = read(query);
    await expect(reading).rejects.toThrow(JournalFailedError);
    await expect(reading).rejects.toThrow(reason);
  });

  it.each([
    '2026-11-24 05:56:36',
    '2026-11-24 5:56',
    '26-11-24',
    '2026-1-2',
    '05:56:36.5',
    '2026-11-24 05:56 Europe/Berlin',

    'Fri 2026-11-27',
    'friday 2026-11-27 10:00 UTC',
    'Nov 24 05:56:36',
    'yesterday',
    'today UTC',
    'now',
    '@1700000000.5',

    '-5m',
    '- 5m',
    '+1h',
    '-5',
    '1h 30min ago',
    '1h30min ago',
    '1.5h ago',
    '5 ago',
    '1y 2M 3w ago',
    '5µs ago',
    '2 days left',
  ])('takes every form of a time that journalctl takes: %s', async (since) => {
    expect(await messages({ since, lines: 0 })).toEqual([]);
  });

  it('reports a missing directory', async () => {
    const reading = fromAsync(readJournal({ directory: join(directory, 'none') }, never));
    await expect(reading).rejects.toThrow('No such file or directory');
  });

  it('returns nothing for a directory without journals, and for a file that is not a journal', async () => {
    await mkdir(join(directory, 'empty'));
    expect(await fromAsync(readJournal({ directory: join(directory, 'empty') }, never))).toEqual([]);
    writeFileSync(join(directory, 'empty', 'broken.journal'), 'garbage'.repeat(1_000));
    expect(await fromAsync(readJournal({ directory: join(directory, 'empty') }, never))).toEqual([]);
  });
});

describe('followJournal', () => {
  it('gives what is there, and then what comes', async () => {
    const writer = startJournalWriter(directory);
    await writer.write(line(0, 'before'));
    const first = await eventually(() => messages({}), 1);
    expect(first).toEqual(['before']);

    const entries = followJournal({ directory, since: START / 1_000 }, never);
    expect((await entries.next()).value).toMatchObject({ message: 'before' });
    const next = entries.next();
    await writer.write(line(1, 'after'));
    expect((await next).value).toMatchObject({ message: 'after' });
    await entries.return?.();
    await writer.close();
  });

  it('loses and repeats nothing when it goes on after a cursor', async () => {
    const written = Array.from({ length: 50 }, (_, index) => line(index, `line ${index}`));
    await write(...written);
    const seen: string[] = [];
    let afterCursor: string | undefined;
    while (seen.length < written.length) {
      for await (const entry of followJournal(
        { directory, ...(afterCursor === undefined ? { since: 0 } : { afterCursor }) },
        never,
      )) {
        seen.push(entry.message);
        afterCursor = entry.cursor;
        if (seen.length % 15 === 0 || seen.length === written.length) break;
      }
    }
    expect(seen).toEqual(written.map((_, index) => `line ${index}`));
  });

  it('is gone when the signal is aborted', async () => {
    await write(line(0, 'only'));
    const controller = new AbortController();
    const entries = followJournal({ directory }, controller.signal);
    await entries.next();
    expect(journalctls()).toHaveLength(1);
    const waiting = entries.next();
    controller.abort();
    expect(await waiting).toMatchObject({ done: true });
  });
});

describe('streamJournal', () => {
  it('gives the text of every format', async () => {
    await write(line(0, 'hello'), line(1, 'world'));
    for (const format of JOURNAL_FORMATS) {
      const text = Buffer.concat(await fromAsync(streamJournal({ directory, format }, never))).toString();
      expect([format, text]).toEqual([format, expect.stringMatching(/hello[^]*world/)]);
    }
  });

  it('gives short lines unless asked for another format', async () => {
    await write(line(0, 'hello'));
    const text = Buffer.concat(await fromAsync(streamJournal({ directory }, never))).toString();
    expect(text).toMatch(/^Nov 1\d \d\d:13:20 .*abababababab: hello\n$/);
  });
});

describe('a large journal', () => {
  it('is read in bounded memory, however slow the consumer and however long the lines', async () => {
    const text = 'x'.repeat(3 * 1024 * 1024);
    const lines = 40;
    await write(...Array.from({ length: lines }, (_, index) => line(index, `${index} ${text}`)));
    const before = process.memoryUsage.rss();
    let highest = 0;
    let count = 0;
    for await (const { message } of readJournal({ directory }, never)) {
      expect(message.length).toBeLessThan(300 * 1024);
      expect(message).toMatch(/^\d+ x+ \[…\]$/);
      count++;
      await new Promise(setImmediate);
      highest = Math.max(highest, process.memoryUsage.rss());
    }
    expect(count).toBe(lines);
    expect(highest - before).toBeLessThan(80 * 1024 * 1024);
  });
});

describe('a journal of 1,000,000 lines', () => {
  const LINES = 1_000_000;

  it('goes to a slow client of a server in bounded memory, and ends with a client that leaves', async () => {
    await writeMany(LINES);
    await using server = await serveJournal({ directory });
    const before = process.memoryUsage.rss();
    const response = await server.get();
    // It takes a little, and then nothing until journalctl waits for it.
    await once(response, 'readable');
    response.read(1);
    await waitFor('journalctl to wait for the client', () => journalctls().map(stateOf), {
      until: (states) => states[0] === 'S',
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1024 * 1024);
    let lines = 0;
    let highest = 0;
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) throw new Error('text where bytes were expected');
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
      highest = Math.max(highest, process.memoryUsage.rss());
    }
    expect(lines).toBe(LINES);
    expect(highest - before).toBeLessThan(100 * 1024 * 1024);

    for (const follow of [false, true]) {
      const left = await server.get({ follow, since: 0 });
      await once(left, 'readable');
      expect(journalctls()).toHaveLength(1);
      left.destroy();
      await waitFor('journalctl to be gone', journalctls, { until: (pids) => pids.length === 0 });
    }
  });
});

const NEWLINE = 10;

/** A server that answers with the journal, as the API does. */
async function serveJournal(query: JournalQuery) {
  let extra: JournalQuery = {};
  const server = createServer((_, response) => {
    // A client that leaves is an error of the pipeline.
    void Promise.allSettled([pipeline(Readable.from(streamJournal({ ...query, ...extra }, never)), response)]);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    async get(options: JournalQuery = {}): Promise<IncomingMessage> {
      extra = options;
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      const request = get({ port: address.port, host: '127.0.0.1', agent: false });
      const answered = Promise.withResolvers<IncomingMessage>();
      request.on('response', answered.resolve).on('error', answered.reject);
      return answered.promise;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Letter of a process's state; `S`: it waits. */
function stateOf(pid: string): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.charAt(0);
}

function line(seconds: number, message: string, container: string = WEB): WrittenEntry {
  return {
    time: START + seconds * 1_000_000,
    fields: {
      MESSAGE: message,
      PRIORITY: container === DB ? '3' : '6',
      CONTAINER_ID: container.slice(0, 12),
      CONTAINER_ID_FULL: container,
      CONTAINER_NAME: container === DB ? 'db' : 'web',
      SYSLOG_IDENTIFIER: container.slice(0, 12),
    },
  };
}

async function writeMany(count: number): Promise<void> {
  const writer = startJournalWriter(directory);
  await writer.writeLines(count, START);
  await writer.close();
}

async function write(...entries: readonly WrittenEntry[]): Promise<void> {
  const writer = startJournalWriter(directory);
  await writer.write(...entries);
  await writer.close();
}

function read(query: JournalQuery): Promise<JournalEntry[]> {
  return fromAsync(readJournal({ directory, ...query }, never));
}

async function messages(query: JournalQuery): Promise<string[]> {
  return (await read(query)).map(({ message }) => message);
}

async function fromAsync<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

/** Asks again until there are so many. */
async function eventually(ask: () => Promise<string[]>, count: number): Promise<string[]> {
  for (;;) {
    const answer = await ask().catch(() => []);
    if (answer.length >= count) return answer;
  }
}

/** Process ids of the journalctl processes that this process has started. */
function journalctls(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.includes('(journalctl)') && stat.split(') ')[1]?.split(' ')[1] === String(process.pid);
      } catch (error) {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
          return false;
        throw error;
      }
    });
}
