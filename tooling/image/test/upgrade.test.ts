import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { waitFor } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { PLAIN_HOST } from '../src/documented-commands.ts';
import { buildImageFixture, type ImageFixture } from './image-fixture.ts';
import { writeOtherBuild, type OtherBuild } from './other-builds.ts';
import { startPlainHost, type PlainHost } from './plain-host.ts';

const OTHERS: readonly OtherBuild[] = [
  { version: '0.0.0-previous', schema: 'previous' },
  { version: '9.9.8', schema: 'same' },
  { version: '9.9.9', schema: 'next' },
];
const [PREVIOUS, SAME, NEXT] = OTHERS.map(({ version }) => version);

let fixture: ImageFixture;
let plain: PlainHost;
/** Ids and start times of the app's containers. */
let apps: string[];

beforeAll(async () => {
  fixture = await buildImageFixture();
  plain = await startPlainHost(inject('engineEndpoint'), fixture);
  const { image, directory: folder } = fixture;
  await plain.run(PLAIN_HOST, 'docker load');
  for (const build of OTHERS) {
    await plain.bring(await writeOtherBuild(image, { endpoint: inject('engineEndpoint'), folder, build }));
    await plain.run(PLAIN_HOST, 'docker load');
  }
  await plain.run(PLAIN_HOST, 'mkdir -p /etc/supervisor');
  await plain.run('Preloaded apps', 'cp apps.json');
  // The oldest one makes the database.
  await plain.run(PLAIN_HOST, 'docker run -d', PREVIOUS);
  await plain.answers(PREVIOUS);
  apps = await plain.settled();
});
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

async function replaceBy(version: string | undefined): Promise<void> {
  await plain.run('Upgrade, and back', 'docker stop balena_supervisor');
  await plain.run(PLAIN_HOST, 'docker run -d', version);
}

const database = (): string => join(plain.host.rootMount, 'var/lib/supervisor/database.sqlite');

async function schema(): Promise<number> {
  const copy = join(fixture.directory, 'database.sqlite');
  await copyFile(database(), copy);
  const opened = new DatabaseSync(copy, { readOnly: true });
  const row = opened.prepare('PRAGMA user_version').get();
  opened.close();
  return Number(row?.['user_version']);
}

/** Replaces the supervisor. @returns ids and start times of the app's containers, once it has nothing left to do */
async function appsUnder(version: string | undefined): Promise<string[]> {
  await replaceBy(version);
  await plain.answers(version);
  return await plain.settled();
}

/** Starts a version that does not know the schema. @returns the line that says so, and whether the database is the same */
async function refusalOf(version: string | undefined): Promise<{ line: string; isUntouched: boolean }> {
  await plain.host.exec('docker stop balena_supervisor');
  const bytes = await readFile(database());
  await replaceBy(version);
  const output = await waitFor('the reason', () => plain.host.exec('docker logs balena_supervisor 2>&1'), {
    until: (text) => text.includes('STORE_TOO_NEW'),
  });
  const line = output.split('\n').find((one) => one.includes('STORE_TOO_NEW')) ?? '';
  return { line, isUntouched: bytes.equals(await readFile(database())) };
}

const REFUSAL = { line: expect.stringMatching(/"level":"error".*schema version/), isUntouched: true };

it('an older schema is brought forward under the apps', async () => {
  const older = await schema();
  expect(await appsUnder(fixture.version)).toEqual(apps);
  expect(await schema()).toBe(older + 1);
});

it('the version before does not start on it, and changes neither database nor apps', async () => {
  expect(await refusalOf(PREVIOUS)).toEqual(REFUSAL);
  expect(await appsUnder(fixture.version)).toEqual(apps);
});

it('versions with the same schema go on where the other one was, newer over older and older over newer', async () => {
  expect(await appsUnder(SAME)).toEqual(apps);
  expect(await appsUnder(fixture.version)).toEqual(apps);
});

it('this version does not start on the schema of the next one, which goes on then', async () => {
  expect(await appsUnder(NEXT)).toEqual(apps);
  expect(await refusalOf(fixture.version)).toEqual(REFUSAL);
  expect(await appsUnder(NEXT)).toEqual(apps);
});
