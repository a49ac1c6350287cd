import {
  busyboxImage,
  connectEngine,
  pushImage,
  startTestEngine,
  waitFor,
  type TestEngine,
} from '@device-supervisor/testbed';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';

/** The requests of the public client to a device in local mode, in order. */
const CapturedRequest = z.object({ capture: z.string(), method: z.string(), url: z.string(), body: z.string() });
const captured = readFileSync(new URL('captures/client-requests.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => CapturedRequest.parse(JSON.parse(line)));

const Status = z.object({
  appState: z.enum(['applying', 'applied']),
  containers: z.array(z.object({ serviceName: z.string(), containerId: z.string(), status: z.string() })),
});
type Status = z.infer<typeof Status>;

const TARGETS = { push: targetOf('client-push'), livepush: targetOf('client-livepush') } as const;

let engine: TestEngine;
let world: RealWorld;
/** Services whose container was created, in order. */
const created: string[] = [];

beforeAll(async () => {
  engine = await startTestEngine();
  await build('main', 1);
  await build('second', 1);
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: { local: { apps: {} } } });
  world.device.subscribe((event) => {
    if (event.type !== 'operation-finished' || event.operation.kind !== 'create-container') return;
    if (event.result.status === 'done') created.push(event.operation.service ?? '');
  });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await post(TARGETS.push);
  await applied();
  created.length = 0;
});

it('a failed push deploys nothing of what it has built, and the next one replaces each service once', async () => {
  const before = await containers();
  // One of two services is built; the other build fails, so no target comes.
  await build('main', 2);
  await ask('POST', '/v1/update', '{}');
  await applied();
  expect(await containers()).toEqual(before);
  expect(created).toEqual([]);

  await build('second', 2);
  await post(TARGETS.livepush);
  await applied();
  expect(created.toSorted()).toEqual(['main', 'second']);
  expect(await versions()).toEqual({ main: '2', second: '2' });
});

it('a service that is restarted after a failed push runs what was deployed', async () => {
  const deployed = await versions();
  await build('main', 3);
  await ask('POST', '/v2/applications/1/restart-service', '{"serviceName":"main"}');
  await applied();
  expect(created).toEqual(['main']);
  expect(await versions()).toEqual(deployed);
});

it('the same target again replaces nothing while its images are the same', async () => {
  await post(TARGETS.push);
  await applied();
  expect(created).toEqual([]);
});

it('a live push that builds a service again replaces it with what it has built', async () => {
  const requests = captured.filter(({ capture }) => capture === 'client-livepush');
  const second = requests.findLastIndex(({ method }) => method === 'POST');
  const first = requests.findIndex(({ method }) => method === 'POST');
  for (const { method, url, body } of requests.slice(0, first + 1)) await ask(method, url, body);
  // The client asks right after its target: a device that says `applied` by then gets no live push.
  expect((await status()).appState).toBe('applying');
  const { containers: running } = await applied();
  expect(running.map(({ serviceName }) => serviceName).toSorted()).toEqual(['main', 'second']);
  const before = await containers();
  created.length = 0;

  await build('main', 4);
  const answer = await ask('GET', '/v2/containerId?serviceName=main', '');
  const { containerId } = z.object({ containerId: z.string() }).parse(JSON.parse(answer));
  await connectEngine(engine.endpoint).getContainer(containerId).remove({ force: true });
  // Longer than any client takes: the device looks at the engine, and leaves the service to the push.
  await waitFor('the device to know that the container is gone', () => ask('GET', '/v3/plan', ''), {
    until: (plan) => plan.includes('waits 10 s for the target'),
  });
  for (const { method, url, body } of requests.slice(second - 1, second + 1)) await ask(method, url, body);
  expect((await status()).appState).toBe('applying');
  await applied();
  // Between the removal and the target, the build before does not come back.
  expect(created).toEqual(['main']);
  const after = await containers();
  expect(after['second']).toBe(before['second']);
  expect(await versions()).toMatchObject({ main: '4' });
});

it('a container that was made from a service by docker commit belongs to who made it', async () => {
  const docker = connectEngine(engine.endpoint);
  const { main = '' } = await containers();
  await docker.getContainer(main).commit({ repo: 'debug', tag: 'main' });
  const copy = await docker.createContainer({ name: 'debug-main', Image: 'debug:main' });
  await copy.start();
  expect((await copy.inspect()).Config.Labels).toMatchObject({ 'io.balena.service-name': 'main' });

  await build('main', 5);
  await post(TARGETS.push);
  await applied();
  expect(created).toEqual(['main']);
  expect((await copy.inspect()).State.Status).toBe('running');
  expect(Object.values(await containers())).not.toContain(copy.id);
  await copy.remove({ force: true });
});

it('an image that nothing needs any more is removed when it can be fetched again, and stays when it was built here', async () => {
  const docker = connectEngine(engine.endpoint);
  const names = async (): Promise<string[]> =>
    (await docker.listImages()).flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]);
  await busyboxImage(engine.endpoint, { tag: 'published:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  const pushed = await pushImage(engine.endpoint, inject('registry'), 'published:1');
  for (const name of [pushed.reference, 'published:1']) await docker.getImage(name).remove();
  const fetched = TARGETS.push.replaceAll('local_image_main:latest', pushed.digestReference);
  await post(fetched);
  await applied();
  expect(await names()).toContain(pushed.digestReference);

  await post(TARGETS.push);
  await applied();
  await waitFor('the image to be removed', names, { until: (all) => !all.includes(pushed.digestReference) });
  await post('{"local":{"name":"local","config":{},"apps":{}}}');
  await applied();
  expect(await names()).toEqual(expect.arrayContaining(['local_image_main:latest', 'local_image_second:latest']));
});

function targetOf(capture: string): string {
  const request = captured.find((one) => one.capture === capture && one.method === 'POST');
  if (request === undefined) throw new Error(`there is no target in ${capture}`);
  return request.body;
}

/** As the client builds: under the same name each time. */
async function build(service: string, version: number): Promise<void> {
  await busyboxImage(engine.endpoint, {
    tag: `local_image_${service}:latest`,
    cmd: ['sleep', '100000'],
    stopSignal: 'SIGKILL',
    labels: { version: String(version), 'io.resin.local.image': '1', 'io.resin.local.service': service },
  });
}

async function ask(method: string, path: string, body: string): Promise<string> {
  const response = await world.send({
    method,
    path,
    key: world.keys.global,
    ...(body === '' ? {} : { body }),
  });
  if (path.startsWith('/v2/local/logs')) {
    await response.body?.cancel();
    return '';
  }
  expect([path, response.status]).toEqual([path, path === '/v1/update' ? 204 : 200]);
  return response.text();
}

async function post(target: string): Promise<void> {
  await ask('POST', '/v2/local/target-state', target);
}

async function status(): Promise<Status> {
  return Status.parse(JSON.parse(await ask('GET', '/v2/state/status', '')));
}

async function applied(): Promise<Status> {
  return await waitFor('the target to be applied', status, { until: ({ appState }) => appState === 'applied' });
}

async function containers(): Promise<Record<string, string>> {
  const all = (await status()).containers;
  return Object.fromEntries(all.map(({ serviceName, containerId }) => [serviceName, containerId]));
}

/** Version of the image that each service runs. */
async function versions(): Promise<Record<string, string | undefined>> {
  const all = await connectEngine(engine.endpoint).listContainers();
  return Object.fromEntries(all.map(({ Labels }) => [Labels['io.balena.service-name'] ?? '', Labels['version']]));
}
