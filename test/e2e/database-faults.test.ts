import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAppFixture, type AppFixture, type SupervisorProcess } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';

const APP = 90_043;

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
