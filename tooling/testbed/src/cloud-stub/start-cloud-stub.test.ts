import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { waitFor } from '../wait-for.ts';
import { startCloudStub, type CloudStub } from './start-cloud-stub.ts';

async function token(stub: CloudStub, login: string, repository: string): Promise<unknown> {
  const path = `/auth/v1/token?service=x&scope=repository:${repository}:pull`;
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const response = await fetch(`${stub.endpoint}${path}`, { headers: { authorization } });
  if (response.status !== 200) return response.status;
  const [, payload = ''] = (await response.text()).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

it('gives a device a token for what its fleet released, and for nothing else', async () => {
  await using stub = await startCloudStub();
  const fleet = stub.createFleet();
  stub.createRelease(fleet, { services: { main: { image: '127.0.0.1:5001/v2/main:1' } } });
  const { uuid, key } = stub.createDevice(fleet);
  const access = [{ type: 'repository', name: 'v2/main', actions: ['pull'] }];
  expect(await token(stub, `d_${uuid}:${key}`, 'v2/main')).toMatchObject({ sub: `d_${uuid}`, access });
  expect(await token(stub, `d_${uuid}:${key}`, 'v2/other')).toMatchObject({ access: [] });
  expect(await token(stub, `d_${uuid}:wrong`, 'v2/main')).toBe(401);
  expect(await token(stub, `${uuid}:${key}`, 'v2/main')).toBe(401);
});

it('names a delta to a token that opens the repositories of both its images', async () => {
  await using stub = await startCloudStub();
  const fleet = stub.createFleet();
  const [source, destination] = ['127.0.0.1:5001/v2/old:1', '127.0.0.1:5001/v2/new:1'];
  stub.createRelease(fleet, { services: { main: { image: source } } });
  stub.createRelease(fleet, { services: { main: { image: destination } } });
  stub.setDelta(source, destination, '127.0.0.1:5001/v2/new:delta');
  const { uuid, key } = stub.createDevice(fleet);
  const basic = `Basic ${Buffer.from(`d_${uuid}:${key}`).toString('base64')}`;
  const ask = async (headers: Readonly<Record<string, string>>, ...repositories: string[]): Promise<number> => {
    const scopes = repositories.map((repository) => `&scope=repository:${repository}:pull`).join('');
    const granted = await fetch(`${stub.endpoint}/auth/v1/token?service=x${scopes}`, { headers });
    const { token: given } = z.object({ token: z.string() }).parse(await granted.json());
    const query = new URLSearchParams({ src: source, dest: destination }).toString();
    const authorization = `Bearer ${given}`;
    return (await fetch(`${stub.endpoint}/api/v3/delta?${query}`, { headers: { authorization } })).status;
  };
  expect(await ask({ authorization: basic }, 'v2/new', 'v2/old')).toBe(200);
  expect(await ask({ authorization: basic }, 'v2/new')).toBe(401);
  expect(await ask({}, 'v2/new', 'v2/old')).toBe(401);
});

it('tells a device of changes, and passes on what a person asks of it', async () => {
  await using stub = await startCloudStub();
  const device = stub.createDevice(stub.createFleet());
  const call = (data: unknown): Promise<Response> =>
    fetch(`${stub.endpoint}/supervisor/v1/restart?apikey=${stub.userKey}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ uuid: device.uuid, data }),
    });
  const away = await call({});
  expect([away.status, await away.text()]).toEqual([404, '"No online device(s) found"']);

  const asked: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  const api = createServer((request, response) => {
    asked.push(request);
    response.writeHead(200, { 'content-type': 'text/plain' }).end('OK');
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const address = api.address();
  device.origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  device.reported.set('api_secret', 'secret');
  const answer = await call({ appId: 6 });
  expect([answer.status, await answer.text()]).toEqual([200, 'OK']);
  stub.change(device, () => (device.name = 'other'));
  await waitFor('the device to be notified', () => asked.length === 2);
  expect(asked).toMatchObject([
    { method: 'POST', url: '/v1/restart?apikey=secret', headers: { 'content-type': 'application/json' } },
    { method: 'POST', url: '/v1/update?apikey=secret', headers: { 'content-length': '0' } },
  ]);
  api.closeAllConnections();
  api.close();
});

it('counts the bytes of each request, though one connection carries them all', async () => {
  await using stub = await startCloudStub();
  for (const length of [20_000, 100, 50_000]) {
    const answer = await fetch(`${stub.endpoint}/unknown`, { method: 'POST', body: 'x'.repeat(length) });
    await answer.text();
  }
  await waitFor('the answers to have ended', () => stub.open === 0);
  expect(stub.take().map(({ bytes }) => Math.floor(bytes / 10_000))).toEqual([2, 0, 5]);
});

it('keeps what came of a log stream that breaks off, and goes on', async () => {
  await using stub = await startCloudStub();
  const device = stub.createDevice(stub.createFleet());
  const abort = new AbortController();
  const lines = ReadableStream.from(
    (async function* () {
      yield Buffer.from('{"message":"one","timestamp":1}\n');
      await waitFor('the first line', () => device.logs.length === 1);
      abort.abort();
      yield Buffer.from('{"message":"two","timestamp":2}\n');
    })(),
  );
  const headers = { 'content-type': 'application/x-ndjson', authorization: `Bearer ${device.key}` };
  const path = `${stub.endpoint}/device/v2/${device.uuid}/log-stream`;
  await expect(
    fetch(path, { method: 'POST', body: lines, duplex: 'half', headers, signal: abort.signal }),
  ).rejects.toThrow(/abort/i);
  await waitFor('the stream to end', () => stub.open === 0);
  expect(device.logs.map(({ message }) => message)).toEqual(['one']);
});

it('goes away and comes back at the same address', async () => {
  await using stub = await startCloudStub();
  await stub.goAway();
  await expect(fetch(stub.endpoint)).rejects.toThrow('fetch failed');
  await stub.comeBack();
  expect((await fetch(stub.endpoint)).status).toBe(404);
});

interface Refused {
  readonly method?: string;
  readonly path: string;
  readonly json?: object;
  readonly type?: string;
}

const REFUSED: readonly (readonly [string, Refused])[] = [
  ['a filter by a field that devices do not have', { path: "/v7/device?$filter=nickname%20eq%20'x'" }],
  ['a filter by a field that tags do not have', { path: "/v7/device_tag?$filter=tag%20eq%20'x'" }],
  ['a link that devices do not have', { path: '/v7/device?$expand=owned_by__fleet($select=id)' }],
  ['a field that linked fleets do not have', { path: '/v7/device?$expand=belongs_to__application($select=colour)' }],
  ['a link that is not written as one', { path: '/v7/device?$expand=belongs_to__application($select=id' }],
  ['a field that cannot be set', { method: 'PATCH', path: '/v7/device(UUID)', json: { nickname: 'x' } }],
  ['a release of no fleet', { method: 'PATCH', path: '/v7/device(UUID)', json: { is_pinned_on__release: 999_999 } }],
  ['a body without its type', { method: 'PATCH', path: '/device/v3/state', json: {}, type: 'text/plain' }],
];

it.each(REFUSED)('refuses %s', async (_, { method = 'GET', path, json, type = 'application/json' }) => {
  await using stub = await startCloudStub();
  const device = stub.createDevice(stub.createFleet());
  const response = await fetch(`${stub.endpoint}${path.replace('UUID', `uuid='${device.uuid}'`)}`, {
    method,
    headers: { authorization: `Bearer ${device.key}`, 'content-type': type },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  expect(response.status).toBe(400);
});
