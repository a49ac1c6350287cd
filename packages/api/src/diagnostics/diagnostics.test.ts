import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY, type TestApi } from '../testing/test-api.ts';
import { TWO_APPS_TARGET } from '../testing/fake-device.ts';

const SECRET = 'hunter2-of-the-database';

function createSecretiveApi(): TestApi {
  const api = createTestApi({
    facts: async () => ({ engine: { version: '20.10', proxy: `http://me:${SECRET}@proxy` } }),
  });
  api.device.currentTarget = structuredClone(TWO_APPS_TARGET);
  const main = Object.values(api.device.currentTarget.apps)[0]?.release?.services['main'];
  Object.assign(main?.environment ?? {}, {
    DATABASE_URL: `postgres://me:${SECRET}@db`,
    PLAIN: 'nothing-to-see',
    PRIVATE_KEY: '-----BEGIN-----\nMIIEpAIBAAKCAQEA\n-----END-----',
  });
  Object.assign(main?.composition ?? {}, { command: ['serve', '--db-password', 'correct-horse', '--port', '80'] });
  api.device.environments.set('container-1', {
    BALENA_SUPERVISOR_API_KEY: 'key-of-the-container',
    BALENA_APP_NAME: 'fleet',
  });
  api.device.emit({ type: 'notice', notice: { appId: 1, service: 'main', field: 'x', reason: `about ${SECRET}` } });
  api.host.lines = [
    `main: connecting with ${SECRET}\n`,
    `GET /v1/device?apikey=${GLOBAL_KEY}\n`,
    'main: nothing-to-see\n',
    'started with key-of-the-container --password=swordfish\n',
    'key: MIIEpAIBAAKCAQEA; exec serve --db-password battery-staple --port 80\n',
  ];
  return api;
}

async function read({ request }: TestApi, key = GLOBAL_KEY): Promise<Map<string, string>> {
  const answer = await request('/v3/diagnostics', { method: 'POST', key });
  expect(answer.headers.get('content-type')).toBe('application/gzip');
  expect(answer.headers.get('content-disposition')).toMatch(
    /^attachment; filename="diagnostics-aaaaaaa-\d{14}\.tar\.gz"$/,
  );
  const files = new Map<string, string>();
  const archive = extract();
  Readable.from([Buffer.from(await answer.arrayBuffer())])
    .pipe(createGunzip())
    .pipe(archive);
  for await (const entry of archive) files.set(entry.header.name.replace(/^[^/]+\//, ''), await text(entry));
  return files;
}

it('has health as its first page, and all that describes the device', async () => {
  const files = await read(createSecretiveApi());
  expect([...files.keys()]).toEqual([
    'health.json',
    'device.json',
    'state.json',
    'plan.json',
    'events.txt',
    'target.json',
    'host-config.json',
    'locks.json',
    'metrics.txt',
    'usage.json',
    'vpn.json',
    'journal.txt',
    'facts.json',
    'CONTENTS.txt',
  ]);
  expect(JSON.parse(files.get('health.json') ?? '')).toMatchObject({ healthy: true });
  expect(JSON.parse(files.get('state.json') ?? '')).toMatchObject({ apps: [{ name: 'fleet' }, { name: 'other' }] });
  expect(files.get('events.txt')).toContain('event: notice');
  expect(files.get('metrics.txt')).toContain('supervisor_applying');
  expect(files.get('facts.json')).toContain('20.10');
});

it('has no secret of a service, of a file, of a key or of the host', async () => {
  const files = await read(createSecretiveApi());
  const everything = [...files.values()].join('\n');
  for (const secret of [
    SECRET,
    GLOBAL_KEY,
    'secret-of-1',
    'nothing-to-see',
    'key-of-the-container',
    'swordfish',
    'MIIEpAI',
    'correct-horse',
    'battery-staple',
  ]) {
    expect(everything).not.toContain(secret);
  }
  expect(files.get('journal.txt')).toBe(
    'main: connecting with [redacted]\n' +
      'GET /v1/device?apikey=[redacted]\n' +
      'main: [redacted]\n' +
      'started with [redacted] --password=[redacted]\n' +
      'key: [redacted]; exec serve --db-password [redacted] --port 80\n',
  );
  // Which variables there are, and what the device is called, is what helps.
  expect(files.get('target.json')).toContain('"DATABASE_URL": "[redacted]"');
  expect(files.get('target.json')).toMatch(/"--db-password",\s+"\[redacted\]",\s+"--port",\s+"80"/);
  expect(files.get('state.json')).toContain('"fleet"');
});

it('has the other parts when one fails, and says which', async () => {
  const api = createSecretiveApi();
  api.host.failure = new Error(`no journal for ${SECRET}`);
  const files = await read(api);
  expect(files.get('CONTENTS.txt')).toMatch(/^journal\.txt: \d+ bytes, the request was answered with 503$/m);
  expect(files.get('state.json')).toContain('fleet');
  expect([...files.values()].join()).not.toContain(SECRET);
});

it('is bounded: of a long journal it has the end', async () => {
  const api = createSecretiveApi();
  const line = `${'x'.repeat(99)}\n`;
  api.host.lines = [`first ${SECRET}\n`, ...Array.from({ length: 30_000 }, () => line), 'last\n'];
  const files = await read(api);
  const journal = files.get('journal.txt') ?? '';
  expect(journal.length).toBeLessThanOrEqual(2_000_000);
  expect(journal.length).toBeGreaterThan(1_900_000);
  expect(journal.startsWith(line) && journal.endsWith('last\n')).toBe(true);
  expect(files.get('CONTENTS.txt')).toMatch(/journal\.txt: \d+ bytes, without its beginning/);
});

it('is for the key of the device alone', async () => {
  const { request } = createTestApi();
  expect((await request('/v3/diagnostics', { method: 'POST', key: APP_KEY })).status).toBe(401);
});
