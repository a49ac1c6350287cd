import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Delta, DeltaResolver } from '@device-supervisor/device';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { CLOUD_FAULTS, startCloudStub, type CloudStub, type CloudStubOptions } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeltaResolver, type DeltaResolverOptions } from '../index.ts';

const REGISTRY = 'registry2.example.com';
const SOURCE = `${REGISTRY}/v2/old@sha256:${'a'.repeat(64)}`;
const DESTINATION = `${REGISTRY}/v2/new@sha256:${'b'.repeat(64)}`;
const DELTA = `${REGISTRY}/v2/new:delta-0123456789abcdef`;
const signal = new AbortController().signal;

let server: Server;
let endpoint: string;
let clock: FakeClock;
/** How what is said begins. */
const NONE = `No delta to image '${DESTINATION}'`;

let requests: { readonly url: URL; readonly headers: IncomingHttpHeaders }[];
/** Status and body, one after the other; the last one repeatedly. */
let tokens: [number, unknown][];
let deltas: [number, unknown][];
let said: string[];

beforeEach(async () => {
  requests = [];
  said = [];
  tokens = [[200, { token: 'the-token' }]];
  deltas = [[200, { name: DELTA }]];
  clock = createFakeClock();
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://cloud');
    requests.push({ url, headers: request.headers });
    if (url.pathname === '/auth/v1/token') reply(response, tokens);
    else if (url.pathname === '/api/v3/delta') reply(response, deltas);
    else reply(response, [[404, null]]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function reply(response: ServerResponse, answers: [number, unknown][]): void {
  const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, null];
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function usual(): Pick<DeltaResolverOptions, 'registry' | 'login' | 'clock' | 'say'> {
  const login = { username: 'd_1234', password: 'device-key' };
  return { registry: REGISTRY, login, clock, say: (message) => said.push(message) };
}

function resolver(): DeltaResolver {
  return createDeltaResolver({
    ...usual(),
    apiEndpoint: `${endpoint}/`,
    deltaEndpoint: endpoint,
    access: { userAgent: 'test' },
    settings: () => ({
      deltaRequestTimeout: 59_000,
      deltaApplyTimeout: 0,
      deltaRetryCount: 3,
      deltaRetryInterval: 10_000,
    }),
  });
}

/** Lets the pauses pass. */
async function resolve(source = SOURCE, destination = DESTINATION, asked = resolver()): Promise<Delta | null> {
  const resolving = asked.resolve({ source, destination, signal });
  const settled = resolving.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([settled, setImmediate(false)]))) {
    if (clock.pending > 0) clock.advance(10_000);
  }
  return await resolving;
}

describe('createDeltaResolver', () => {
  it('asks for a token that opens both repositories, and with it for the delta', async () => {
    expect(await resolve()).toEqual({ reference: DELTA, auth: { registryToken: 'the-token' }, timeout: null });
    const [token, delta] = requests;
    expect(token?.url.searchParams.get('service')).toBe(REGISTRY);
    expect(token?.url.searchParams.getAll('scope')).toEqual(['repository:v2/new:pull', 'repository:v2/old:pull']);
    expect(token?.headers.authorization).toBe(`Basic ${Buffer.from('d_1234:device-key').toString('base64')}`);
    expect(Object.fromEntries(delta?.url.searchParams ?? [])).toEqual({ src: SOURCE, dest: DESTINATION });
    expect(delta?.headers.authorization).toBe('Bearer the-token');
  });

  it.each([400, 403, 404, 422])('lets the image be fetched whole when the answer is %i', async (status) => {
    deltas = [[status, 'no']];
    expect(await resolve()).toBeNull();
    expect(requests).toHaveLength(2);
    expect(said).toEqual([`${NONE}, it is downloaded whole: the service for deltas answered with status ${status}`]);
  });

  it('asks again, with a fresh token, as long as the service is busy', async () => {
    deltas = [
      [504, null],
      [503, null],
      [200, { name: DELTA }],
    ];
    expect(await resolve()).toMatchObject({ reference: DELTA });
    expect(requests.map(({ url }) => url.pathname)).toHaveLength(6);
  });

  it('lets the image be fetched whole when the service stays busy', async () => {
    deltas = [[502, null]];
    expect(await resolve()).toBeNull();
    expect(requests).toHaveLength(8);
    const reason = 'the service for deltas answered with status 502';
    expect(said).toEqual([
      `${NONE} yet, asking again every 10 s: ${reason}`,
      `${NONE}, it is downloaded whole: ${reason}`,
    ]);
    expect(clock.pending).toBe(0);
  });

  it('lets the image be fetched whole when the service cannot be reached', async () => {
    server.closeAllConnections();
    server.close();
    expect(await resolve()).toBeNull();
    expect(said.at(-1)).toMatch(/whole: 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
  });

  it.each([
    ['for a token', () => (tokens = [[401, null]])],
    ['for a delta', () => (deltas = [[401, null]])],
  ])('says that the device is not known when it is refused %s', async (_, refuse) => {
    refuse();
    const error = await resolve().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DELTA_UNAUTHORIZED', details: { destination: DESTINATION } });
    expect(String(error)).not.toMatch(/device-key|the-token/);
  });

  it.each([
    ['the source', 'elsewhere.example.com/web:1', DESTINATION],
    ['the destination', SOURCE, 'web:2'],
  ])('asks for nothing when %s is not in the registry of the cloud', async (_, source, destination) => {
    expect(await resolve(source, destination)).toBeNull();
    expect(requests).toEqual([]);
  });

  it.each([
    ['an answer without a name', {}],
    ['an answer that is no JSON object', 'delta'],
    ['a delta in another registry, which would get the token', { name: 'elsewhere.example.com/v2/new:delta' }],
  ])('makes nothing of %s', async (_, body) => {
    deltas = [[200, body]];
    expect(await resolve()).toBeNull();
  });

  it('ends when it is aborted while it waits', async () => {
    deltas = [[503, null]];
    const controller = new AbortController();
    const reason = new Error('another target');
    const resolving = resolver().resolve({ source: SOURCE, destination: DESTINATION, signal: controller.signal });
    resolving.catch(() => undefined);
    while (clock.pending === 0) await setImmediate();
    controller.abort(reason);
    await expect(resolving).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });
});

/** A cloud that has the device, both images and the delta. */
async function cloudWithDelta(options: CloudStubOptions = {}): Promise<CloudStub> {
  const cloud = await startCloudStub(options);
  const fleet = cloud.createFleet();
  for (const image of [SOURCE, DESTINATION]) cloud.createRelease(fleet, { services: { main: { image } } });
  cloud.createDevice(fleet, { uuid: '1234', key: usual().login.password });
  cloud.setDelta(SOURCE, DESTINATION, DELTA);
  return cloud;
}

function resolverAt(
  { endpoint: apiEndpoint }: CloudStub,
  { timeout = 30_000, ...options }: { timeout?: number; rootCertificate?: string } = {},
): DeltaResolver {
  const settings = {
    deltaRequestTimeout: timeout,
    deltaApplyTimeout: 0,
    deltaRetryCount: 2,
    deltaRetryInterval: 10_000,
  };
  const endpoints = { apiEndpoint, deltaEndpoint: apiEndpoint };
  return createDeltaResolver({
    ...usual(),
    ...endpoints,
    access: { userAgent: 'test', ...options },
    settings: () => settings,
  });
}

describe.each(['token', 'delta'] as const)('a cloud that, asked for a %s,', (kind) => {
  it.each(CLOUD_FAULTS)('%s is asked a few times, and gives the delta when it is well', async (_, fault) => {
    await using cloud = await cloudWithDelta();
    cloud.breakWith(kind, fault);
    const isSlow = fault.kind === 'hang' || fault.kind === 'drip';
    expect(await resolve(SOURCE, DESTINATION, resolverAt(cloud, isSlow ? { timeout: 100 } : {}))).toBeNull();
    expect(cloud.count(kind)).toBeLessThanOrEqual(3);
    // Too many requests count as a refusal; other failures may be over soon.
    expect(said).toHaveLength(fault.kind === 'status' && fault.status === 429 ? 1 : 2);
    expect(said.join()).not.toMatch(/device-key|ZF8xMjM0OmRldmljZS1rZXk/);
    cloud.heal();
    expect(await resolve(SOURCE, DESTINATION, resolverAt(cloud))).toMatchObject({ reference: DELTA });
  });
});

describe('a cloud with a certificate of its own', () => {
  it('serves clients that trust it, and receives nothing of others', async () => {
    await using cloud = await cloudWithDelta({ tls: {} });
    expect(await resolve(SOURCE, DESTINATION, resolverAt(cloud))).toBeNull();
    expect(cloud.count()).toBe(0);
    const rootCertificate = cloud.certificate ?? '';
    expect(await resolve(SOURCE, DESTINATION, resolverAt(cloud, { rootCertificate }))).toMatchObject({
      reference: DELTA,
    });
  });
});
