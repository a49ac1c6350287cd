import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startAppFixture, waitFor, type AppFixture } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fixture: AppFixture;

beforeAll(async () => {
  fixture = await startAppFixture(90_120);
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Ids of the engine's running containers. */
async function running(): Promise<string[]> {
  return (await fixture.docker.listContainers()).map(({ Id }) => Id).sort();
}

/** Changes what the database says of its schema, as another version of the program would. */
function setSchema(path: string, version: number): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}

function schemaOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare('PRAGMA user_version').get();
  database.close();
  return Number(row?.['user_version']);
}

it('a database of a newer version is refused with one line and left as it is, while the apps run on', async () => {
  await using supervisor = await fixture.startSupervisor();
  await supervisor.apply(fixture.target({ web: {}, db: {} }));
  const before = await running();
  expect(await supervisor.terminate()).toBe(0);
  const path = join(supervisor.directory, 'data/database.sqlite');
  const schema = schemaOf(path);
  setSchema(path, schema + 1);
  const bytes = await readFile(path);

  await expect(supervisor.start()).rejects.toThrow('has schema version');
  expect(await readFile(path)).toEqual(bytes);
  expect(await running()).toEqual(before);

  setSchema(path, schema);
  await supervisor.start();
  await supervisor.applied();
  expect(await running()).toEqual(before);
  await fixture.removeAll(supervisor);
});

it('SIGTERM ends the supervisor in time, whatever an operation takes', async () => {
  const cmd = ['sh', '-c', 'trap "echo asked to end" TERM; while true; do sleep 1; done'];
  await fixture.buildImage({ tag: 'stubborn:1', cmd, stopSignal: 'SIGTERM' });
  await using supervisor = await fixture.startSupervisor();
  await supervisor.apply(fixture.target({ web: { image: 'stubborn:1', stop_grace_period: '10m' } }));
  const before = await running();
  const { status } = await supervisor.post('/v2/local/target-state', { local: { apps: fixture.target({}) } });
  expect(status).toBe(200);
  const [web = ''] = before;
  const logs = async () => String(await fixture.docker.getContainer(web).logs({ stdout: true, stderr: true }));
  await waitFor('the stop to begin', logs, { until: (output) => output.includes('asked to end') });
  expect(await supervisor.terminate()).toBe(0);
  // Its service has ten minutes to end, and is not waited for.
  expect(await running()).toEqual(before);
});
