import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleApps, connectEngine } from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { startLocalMode } from './local-mode-process.ts';
import { startPrivateRegistry, USER, writeLogin, type PrivateRegistry } from './private-registry.ts';

const engineEndpoint = inject('engineEndpoint');
const engine = connectEngine(engineEndpoint);

let registry: PrivateRegistry;
let folder: string;
let project: string;

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
  registry = await startPrivateRegistry(engineEndpoint);
});
afterAll(() => registry[Symbol.asyncDispose]());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logins-'));
  project = join(folder, 'project');
  await mkdir(project);
  await writeFile(
    join(project, 'compose.yaml'),
    `services:
  pulled: { image: "${registry.image}", stop_grace_period: 0s }
  built:
    build: { dockerfile_inline: "FROM ${registry.image}\\nRUN cat /private > /seen" }
    stop_grace_period: 0s
`,
  );
});

afterEach(async () => {
  await using down = startLocalMode({ engineEndpoint, args: ['down', '--state', join(folder, 'state')] });
  await down.ended();
  await registry.forget();
  // The image of an earlier build would be used in place of one that cannot be built.
  const built = await engine.listImages({ filters: { reference: ['local_image_built'] } });
  for (const { Id } of built) await engine.getImage(Id).remove({ force: true });
  await rm(folder, { recursive: true, force: true });
});

async function upWith(environment: Readonly<Record<string, string>>) {
  const args = ['up', project, '--detach', '--state', join(folder, 'state'), '--port', '0'];
  await using run = startLocalMode({ engineEndpoint, args, environment });
  return { exitCode: await run.ended(), said: run.raw() };
}

async function runningServices(): Promise<readonly string[]> {
  const containers = await engine.listContainers({ filters: { label: ['io.balena.app-id=1'] } });
  return containers.map(({ Labels }) => Labels['io.balena.service-name'] ?? '').toSorted();
}

/** Every file that a session keeps, as one text. */
async function keptText(): Promise<string> {
  const entries = await readdir(join(folder, 'state'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))).join(
    '\n',
  );
}

/** A secret as it is, and as headers and configurations carry it. */
function forms(password: string): RegExp {
  const encoded = Buffer.from(`${USER.username}:${password}`).toString('base64');
  return new RegExp(`${password}|${encoded.replace(/=+$/, '')}`);
}

it.each(['auths', 'credHelpers', 'credsStore'] as const)(
  'builds on and runs private images with the login in %s, and shows no secret',
  async (place) => {
    const { exitCode, said } = await upWith(await writeLogin(join(folder, 'docker'), registry.host, { place }));
    expect(said).toContain('pulled: waiting (downloaded)');
    expect(exitCode).toBe(0);
    expect(await runningServices()).toEqual(['built', 'pulled']);
    expect(said).not.toMatch(forms(USER.password));
    expect(await keptText()).not.toMatch(forms(USER.password));
  },
);

it('says what a registry refuses, with a wrong login and without any', async () => {
  const wrong = await upWith(
    await writeLogin(join(folder, 'docker'), registry.host, { place: 'auths', password: 'wrong-word' }),
  );
  expect(wrong.exitCode).toBe(1);
  expect(wrong.said).toMatch(new RegExp(`! pulled: with the login for ${registry.host}, .*`));
  expect(wrong.said).toMatch(/the image of built cannot be built .*docker login/);
  expect(wrong.said).not.toMatch(forms('wrong-word'));
  const none = await upWith({ DOCKER_CONFIG: join(folder, 'empty') });
  expect(none.exitCode).toBe(1);
  expect(none.said).toMatch(/pulled.*(unauthorized|no basic auth credentials)/);
  expect(await runningServices()).toEqual([]);
});

it('runs on without the login of a helper that cannot be run, and says so once', async () => {
  await mkdir(join(folder, 'docker'));
  await writeFile(join(folder, 'docker/config.json'), JSON.stringify({ credsStore: 'absent' }));
  const { exitCode, said } = await upWith({ DOCKER_CONFIG: join(folder, 'docker') });
  expect(exitCode).toBe(1);
  expect(said.split('docker-credential-absent cannot be run')).toHaveLength(2);
});
