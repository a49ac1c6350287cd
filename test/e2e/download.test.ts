import { randomBytes } from 'node:crypto';
import {
  bundleSupervisor,
  busyboxImage,
  connectEngine,
  pushImage,
  startRegistryProxy,
  startSupervisor,
  startTestEngine,
  waitFor,
  type RegistryProxy,
  type SupervisorProcess,
  type TestEngine,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';

const [SLOW, OTHER] = [90_071, 90_072];
const MEGABYTE = 1_000_000;

let engine: TestEngine;
let proxy: RegistryProxy;
let supervisor: SupervisorProcess;
let image: string;

beforeAll(async () => {
  await bundleSupervisor();
  engine = await startTestEngine();
  const program = { cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' };
  await busyboxImage(engine.endpoint, { tag: 'local:1', ...program });
  const content = randomBytes(3 * MEGABYTE).toString('base64');
  await busyboxImage(inject('engineEndpoint'), { tag: 'download:1', ...program, files: { '/content': content } });
  await pushImage(inject('engineEndpoint'), inject('registry'), 'download:1');
});

beforeEach(async () => {
  proxy = await startRegistryProxy(inject('registry'));
  image = `${proxy.host}/download:1`;
  proxy.breakWith(({ length }) => (length > 2 * MEGABYTE ? { after: MEGABYTE, end: 'drip' } : undefined));
  supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
});

afterEach(async () => {
  await supervisor.apply({});
  await supervisor[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

afterAll(() => engine[Symbol.asyncDispose]());

function app(id: number, reference: string): object {
  const service = { serviceName: 'web', imageId: id, image: reference, environment: {}, labels: {} };
  return { [id]: { name: `app${id}`, commit: 'c1', releaseId: '1', services: { [id]: service } } };
}

async function ask(...apps: object[]): Promise<void> {
  const answer = await supervisor.post('/v2/local/target-state', { local: { apps: Object.assign({}, ...apps) } });
  expect(answer.status).toBe(200);
}

it('of one app holds up no other, and ends, at the engine too, when it is no longer wanted', async () => {
  await ask(app(SLOW, image), app(OTHER, 'local:1'));
  await waitFor('the download', () => proxy.blobBytes > MEGABYTE && proxy.open === 1);
  await waitFor(
    'the other app to run',
    async () => (await connectEngine(engine.endpoint).listContainers()).length === 1,
  );
  await ask(app(OTHER, 'local:1'));
  await waitFor('the engine to let go of the registry', () => proxy.open === 0);
  await supervisor.applied();
  expect(supervisor.output()).not.toContain('Failed to download');
});

it('goes on after the engine was killed in the middle', async () => {
  await ask(app(SLOW, image));
  await waitFor('the download', () => proxy.blobBytes > MEGABYTE && proxy.open === 1);
  await engine.kill();
  await waitFor('the loss to be noticed', () => supervisor.output().includes('The container engine is lost'));
  proxy.breakWith(undefined);
  await engine.revive();
  await supervisor.applied();
  expect(supervisor.output()).toContain(`Downloaded image '${image}'`);
  expect(await connectEngine(engine.endpoint).listContainers()).toHaveLength(1);
});
