import { streamJournal } from '@device-supervisor/journal';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeHost } from '../src/testing/fake-host.ts';
import { APP_KEY, createTestApi, GLOBAL_KEY } from '../src/testing/test-api.ts';

const JOURNAL_REMOTE = '/lib/systemd/systemd-journal-remote';
const DOCKER = { _COMM: 'dockerd', _SYSTEMD_UNIT: 'docker.service' };

/** The journal of a host: the containers' lines come from the engine, in the journal's own protocol. */
const ENTRIES: readonly Readonly<Record<string, string>>[] = [
  { _TRANSPORT: 'kernel', MESSAGE: 'of the kernel' },
  { _TRANSPORT: 'journal', ...DOCKER, CONTAINER_ID_FULL: 'container-1', MESSAGE: 'of its own app' },
  { _TRANSPORT: 'journal', ...DOCKER, CONTAINER_ID_FULL: 'container-3', MESSAGE: 'of another app' },
  { _TRANSPORT: 'stdout', _SYSTEMD_UNIT: 'docker.service', MESSAGE: 'of the engine' },
  { _TRANSPORT: 'journal', _COMM: 'systemd', MESSAGE: 'of systemd' },
];

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
  const exported = ENTRIES.map((entry, index) => {
    const fields = { __REALTIME_TIMESTAMP: String(1_700_000_000_000_000 + index), _BOOT_ID: '1'.repeat(32), ...entry };
    return `${Object.entries(fields)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}\n`;
  });
  await writeFile(join(directory, 'exported'), exported.join(''));
  await promisify(execFile)(JOURNAL_REMOTE, ['-o', join(directory, 'host.journal'), join(directory, 'exported')]);
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

class JournalHost extends FakeHost {
  override readonly journal = {
    stream: (query: object, signal: AbortSignal) => streamJournal({ ...query, directory, format: 'cat' }, signal),
  };
}

async function read(key: string, body: object): Promise<string[]> {
  const { request } = createTestApi({ host: new JournalHost() });
  const response = await request('/v2/journal-logs', { method: 'POST', key, body });
  return (await response.text()).trimEnd().split('\n');
}

it("shows the device's key the whole journal, and a service's key no line of another app", async () => {
  expect(await read(GLOBAL_KEY, {})).toEqual(ENTRIES.map(({ MESSAGE }) => MESSAGE));
  expect(await read(APP_KEY, {})).toEqual(['of the kernel', 'of its own app', 'of the engine', 'of systemd']);
});

it('also when it asks for the unit that all containers belong to', async () => {
  expect(await read(GLOBAL_KEY, { unit: 'docker.service' })).toContain('of another app');
  expect(await read(APP_KEY, { unit: 'docker.service' })).toEqual(['of its own app', 'of the engine']);
});
