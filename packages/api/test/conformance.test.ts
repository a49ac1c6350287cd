import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { busyboxImage, startTestEngine, type TestEngine } from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answersAs } from './conformance/answers-as.ts';
import { startRealWorld, type RealWorld } from './conformance/real-world.ts';
import { conformanceRows } from './conformance/table.ts';
import { SINGLE, worldTarget } from './conformance/world.ts';
import { createTestApi } from '../src/testing/test-api.ts';

const IMAGE = 'conformance:1';

let engine: TestEngine;
let world: RealWorld;

beforeAll(async () => {
  engine = await startTestEngine();
  // Ends at once when it is asked to, so that no test waits for an engine's patience.
  await busyboxImage(engine.endpoint, { tag: IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  world = await startRealWorld({ engineEndpoint: engine.endpoint, target: worldTarget(IMAGE) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

afterEach(async () => {
  await world.reset();
  expect(world.faults.splice(0)).toEqual([]);
});

const { routes } = createTestApi().api;
const table = conformanceRows(routes, IMAGE);

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (name, route) => {
  it.each((table.get(name) ?? []).map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    expect(await answersAs(world, route, row)).toBe(true);
  });
});

/** Reads whose answer does not change by itself. */
const READS = [
  '/v2/version',
  '/v2/local/target-state',
  `/v1/apps/${SINGLE.id}`,
  '/v2/applications/state',
  '/v2/state/status',
] as const;

describe.each(READS)('a read of %s', (path) => {
  it('is answered with 304 while its answer is the same', async () => {
    const first = await read('GET', path);
    const etag = first.headers.etag ?? '';
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^W\/"/)]);
    expect(await read('GET', path, { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
    expect(await read('GET', path, { 'if-none-match': 'W/"another"' })).toMatchObject({ status: 200 });
  });

  it('has the length of its answer also for HEAD, and tells its methods to OPTIONS', async () => {
    const length = String(Buffer.byteLength((await read('GET', path)).body));
    const head = await read('HEAD', path);
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': length }, body: '' });
    const { headers } = await read('OPTIONS', path);
    expect(headers.allow?.split(',')).toEqual(expect.arrayContaining(['GET', 'HEAD']));
  });
});

/** Without the headers that `fetch` adds to a conditional request. */
async function read(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const authorization = `Bearer ${world.keys.global}`;
    const options = { host: '127.0.0.1', port: world.port, method, path, agent: false };
    request({ ...options, headers: { authorization, ...headers } }, resolve)
      .on('error', reject)
      .end();
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

it('a body that is too large is answered with 413', async () => {
  const body = ' '.repeat(24 * 1024 * 1024);
  const answer = await world.send({ method: 'POST', path: '/v2/local/target-state', key: world.keys.global, body });
  expect(answer.status).toBe(413);
});
