import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  startAppFixture,
  startSupervisor,
  waitFor,
  type AppFixture,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';

const APP = 90_043;
const run = promisify(execFile);

let fixture: AppFixture;
beforeAll(async () => {
  fixture = await startAppFixture(APP);
});
afterAll(() => fixture[Symbol.asyncDispose]());

const faults: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ['deleted', (path) => rm(path)],
  ['truncated', (path) => truncate(path, 100)],
  ['replaced', replaceByNoise],
  ['flipped in one bit', flipBit],
];

it.each(faults)('a target that was taken while the database was %s is there after a kill', async (_, spoil) => {
  await using supervisor = await fixture.startSupervisor();
  await supervisor.apply(fixture.target({ web: {} }));
  await spoil(join(supervisor.directory, 'data/database.sqlite'));
  const apps = fixture.target({ web: { environment: { AFTER: '1' } } });
  expect((await supervisor.post('/v2/local/target-state', { local: { apps } })).status).toBe(200);
  await supervisor.kill();
  await supervisor.start();
  expect(await targetOf(supervisor)).toContain('"AFTER":"1"');
  await supervisor.applied();
  await supervisor.apply({});
});

it('a disk that fills up below the database stops nothing but new targets: the state stays true, and it heals', async () => {
  const disk = await mkdtemp(join(tmpdir(), 'small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'small-disk', disk]);
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    await run('umount', [disk]);
    await rm(disk, { recursive: true });
  });
  const supervisor = stack.use(
    await startSupervisor({
      engineEndpoint: fixture.engine.endpoint,
      environment: { DATABASE_PATH: join(disk, 'database.sqlite') },
    }),
  );
  await supervisor.apply(fixture.target({ web: {}, db: {} }));
  await fill(join(disk, 'filler'));

  const refused = await supervisor.post('/v2/local/target-state', { local: { apps: fixture.target({ web: {} }) } });
  expect(refused).toMatchObject({ status: 503, body: { message: expect.stringContaining('no space left') } });
  const before = (await fixture.docker.getContainer('db_2_1_c1').inspect()).Id;
  const restart = { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ serviceName: 'db' }) };
  expect((await fetch(supervisor.url(`/v2/applications/${APP}/restart-service`), restart)).status).toBe(200);
  expect((await fixture.docker.getContainer('db_2_1_c1').inspect()).Id).not.toBe(before);
  await fixture.docker.getContainer('web_1_1_c1').stop();
  await waitFor('the stopped container', () => supervisor.get('/v2/state/status'), {
    until: (state) => JSON.stringify(state).includes('"exited"'),
  });
  expect(JSON.stringify(await supervisor.get('/v3/health/detail'))).toContain(disk);
  expect((await fetch(supervisor.url('/v1/healthy'))).status).toBe(200);

  await rm(join(disk, 'filler'));
  await supervisor.apply(fixture.target({ web: { environment: { HEALED: '1' } } }));
  await supervisor.kill();
  await supervisor.start();
  expect(await targetOf(supervisor)).toContain('"HEALED":"1"');
  await supervisor.applied();
  await supervisor.apply({});
});

const JSON_BODY = { 'content-type': 'application/json' };

/** Takes all the room that a disk has. */
async function fill(path: string): Promise<void> {
  await expect(writeFile(path, Buffer.alloc(2_000_000))).rejects.toMatchObject({ code: 'ENOSPC' });
}

it('a disk that is full at the start shows in health and logs, and heals', async () => {
  const disk = await mkdtemp(join(tmpdir(), 'full-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'full-disk', disk]);
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    await run('umount', [disk]);
    await rm(disk, { recursive: true });
  });
  await writeFile(join(disk, 'filling'), Buffer.alloc(4_000_000)).catch(() => undefined);
  const environment = { DATABASE_PATH: join(disk, 'data/database.sqlite') };
  const supervisor = stack.use(await startSupervisor({ engineEndpoint: fixture.engine.endpoint, environment }));
  expect(JSON.stringify(await supervisor.get('/v3/health/detail'))).toContain('"component":"database"');
  await rm(join(disk, 'filling'));
  await supervisor.apply(fixture.target({ web: {} }));
  expect(JSON.stringify(await supervisor.get('/v3/health/detail'))).not.toContain('"component":"database"');
  await using logs = await followLogs(supervisor);
  await rm(join(disk, 'data'), { recursive: true });
  await writeFile(join(disk, 'filling'), Buffer.alloc(4_000_000)).catch(() => undefined);
  const refused = await supervisor.post('/v2/local/target-state', { local: { apps: {} } });
  expect(refused).toMatchObject({ status: 503, body: { message: expect.stringContaining('no space left') } });
  await waitFor('a message for the readers of logs', () => logs.text(), {
    until: (text) => text.includes('no space left'),
  });
  await rm(join(disk, 'filling'));
  await supervisor.apply({});
});

interface FollowedLogs extends AsyncDisposable {
  text(): string;
}

async function followLogs(supervisor: SupervisorProcess): Promise<FollowedLogs> {
  const stop = new AbortController();
  const { body } = await fetch(supervisor.url('/v2/local/logs'), { signal: stop.signal });
  let text = '';
  const reading = (async () => {
    for await (const chunk of body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return {
    text: () => text,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}

async function targetOf(supervisor: SupervisorProcess): Promise<string> {
  return JSON.stringify(await supervisor.get('/v2/local/target-state'));
}

async function replaceByNoise(path: string): Promise<void> {
  await writeFile(`${path}.noise`, Buffer.alloc(8192, 'noise'));
  await rename(`${path}.noise`, path);
}

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.indexOf('"web"');
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt8(bytes.readUInt8(at + 1) ^ 1, at + 1);
  await writeFile(path, bytes);
}
