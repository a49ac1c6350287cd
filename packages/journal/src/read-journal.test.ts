import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  followJournal,
  JournalFailedError,
  JournalFormatError,
  JournalUnavailableError,
  readJournal,
  streamJournal,
} from './index.ts';

let directory: string;
let never: AbortSignal;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  never = new AbortController().signal;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('readJournal', () => {
  it('gives the entries, and ends when journalctl does', async () => {
    const command = fake(`${print('one')}; ${print('two')}`);
    expect(await messages(readJournal({ command }, never))).toEqual(['one', 'two']);
    expect(readFileSync(join(directory, 'arguments'), 'utf8')).toBe('--no-pager --output=json --all --quiet\n');
    await gone();
  });

  it('runs nothing before the first entry is asked for, nor when it is too late', async () => {
    const command = fake(print('one'));
    const entries = readJournal({ command }, never);
    await entries.return?.();
    expect(await messages(readJournal({ command }, AbortSignal.abort()))).toEqual([]);
    expect(existsSync(join(directory, 'pid'))).toBe(false);
  });

  it('says how to install a missing journalctl', async () => {
    const command = join(directory, 'no-journalctl');
    const reading = messages(readJournal({ command }, never));
    await expect(reading).rejects.toThrow(JournalUnavailableError);
    await expect(reading).rejects.toMatchObject({ details: { command }, hint: expect.stringContaining('systemd') });
  });

  it('fails with what journalctl had to say, after the entries before', async () => {
    const command = fake(`${print('one')}; seq 10000 >&2; echo 'Failed to seek to cursor' >&2; exit 7`);
    const entries = readJournal({ command }, never);
    expect((await entries.next()).value).toMatchObject({ message: 'one' });
    const failure = await entries.next().catch((error: unknown) => error);
    if (!(failure instanceof JournalFailedError)) throw new Error('no failure', { cause: failure });
    expect(failure.details).toMatchObject({ exitCode: 7, signal: null });
    expect(failure.message).toMatch(/^journalctl ended with exit code 7: /);
    expect(failure.message).toMatch(/Failed to seek to cursor$/);
    expect(failure.message.length).toBeLessThan(2_100);
  });

  it('fails when something else ends journalctl', async () => {
    const command = fake('kill -TERM $$');
    await expect(messages(readJournal({ command }, never))).rejects.toThrow('journalctl ended by SIGTERM');
  });

  it('fails on a line that is no entry, and ends journalctl', async () => {
    const command = fake(`echo hello; exec sleep 60`);
    await expect(messages(readJournal({ command }, never))).rejects.toThrow(JournalFormatError);
    await gone();
  });

  it("does not take what a process of journalctl's could not finish for an entry", async () => {
    const command = fake(`${print('one')}; printf '{"MESSAGE":"tw'`);
    expect(await messages(readJournal({ command }, never))).toEqual(['one']);
  });
});

describe('followJournal', () => {
  const WAITING = `${print('one')}; exec sleep 60`;

  it('ends without an error when the signal is aborted, also while it waits', async () => {
    const controller = new AbortController();
    const entries = followJournal({ command: fake(WAITING) }, controller.signal);
    await entries.next();
    const waiting = entries.next();
    controller.abort();
    expect(await waiting).toMatchObject({ done: true });
    await gone();
    expect(readFileSync(join(directory, 'arguments'), 'utf8')).toContain('--follow');
  });

  it('ends when its consumer leaves, also while it waits', async () => {
    const entries = followJournal({ command: fake(WAITING) }, never);
    await entries.next();
    const waiting = entries.next();
    await entries.return?.();
    expect(await waiting).toMatchObject({ done: true });
    await gone();
  });

  it('ends with the stream that a server makes of it', async () => {
    const stream = ReadableStream.from(streamJournal({ follow: true, command: fake(WAITING) }, never));
    const reader = stream.getReader();
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    expect(await waiting).toMatchObject({ done: true });
    await gone();
  });

  it('ends when its consumer breaks off or throws', async () => {
    for await (const _ of followJournal({ command: fake(WAITING) }, never)) break;
    await gone();
    const consume = async () => {
      for await (const _ of followJournal({ command: fake(WAITING) }, never)) throw new Error('full');
    };
    await expect(consume()).rejects.toThrow('full');
    await gone();
  });

  it('ends although journalctl left a process behind that holds its output open', async () => {
    const controller = new AbortController();
    const entries = followJournal(
      { command: fake(`sleep 60 & echo $! > ${directory}/other; ${WAITING}`) },
      controller.signal,
    );
    await entries.next();
    const waiting = entries.next();
    controller.abort();
    expect(await waiting).toMatchObject({ done: true });
    await gone();
    process.kill(Number(readFileSync(join(directory, 'other'), 'utf8')), 'SIGKILL');
  });

  it('leaves no listener on a signal that lives on', async () => {
    const command = fake(print('one'));
    for (let count = 0; count < 20; count++) await messages(followJournal({ command }, never));
    expect(getEventListeners(never, 'abort')).toHaveLength(0);
  });

  it('makes journalctl wait for a slow consumer', async () => {
    const entries = followJournal({ command: fake(`exec yes '${entry('x'.repeat(1_000))}'`) }, never);
    await entries.next();
    const pid = readFileSync(join(directory, 'pid'), 'utf8').trim();
    // It never sleeps but in a write that has to wait.
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2]).toBe('S'), { interval: 10 });
    const written = Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
    expect(written).toBeLessThan(1024 * 1024);
    for (let count = 0; count < 5_000; count++) expect((await entries.next()).done).toBe(false);
    await entries.return?.();
    await gone();
  });
});

describe('streamJournal', () => {
  it('passes on what journalctl prints', async () => {
    const command = fake("printf 'a\\377b\\n'");
    const chunks: Uint8Array[] = [];
    for await (const chunk of streamJournal({ command, format: 'cat', lines: 2 }, never)) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([97, 255, 98, 10]));
    expect(readFileSync(join(directory, 'arguments'), 'utf8')).toBe('--no-pager --output=cat --lines=2\n');
  });

  it('refuses an option at once', () => {
    expect(() => streamJournal({ unit: '' }, never)).toThrow('unit must be the name of a unit');
  });
});

/** A program in the place of journalctl, which tells its arguments and process id. */
function fake(script: string): string {
  const path = join(directory, 'journalctl');
  writeFileSync(path, `#!/bin/sh\necho "$*" > ${directory}/arguments\necho $$ > ${directory}/pid\n${script}\n`, {
    mode: 0o755,
  });
  return path;
}

function print(message: string): string {
  return `echo '${entry(message)}'`;
}

function entry(MESSAGE: string): string {
  return JSON.stringify({ MESSAGE, __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1700000000000000' });
}

async function messages(entries: AsyncIterable<{ readonly message: string }>): Promise<string[]> {
  const result: string[] = [];
  for await (const { message } of entries) result.push(message);
  return result;
}

/** Fails unless the process has ended. */
async function gone(): Promise<void> {
  const pid = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
}
