import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { askCloud, type CloudQuestion, type CloudReply } from './ask-cloud.ts';
import { startCloudStub, type CloudStub } from './start-cloud-stub.ts';
import type { Fleet, StubDevice } from './world.ts';

/** Exchanges about logs, recorded with the open server and sent to the stub. */
let stub: CloudStub;
let fleet: Fleet;
let device: StubDevice;
const UNKNOWN = '94bc0f4ad98a41babee096d4e068a4f7';
const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

beforeAll(async () => {
  stub = await startCloudStub();
  fleet = stub.createFleet();
  device = stub.createDevice(fleet);
});

afterAll(() => stub[Symbol.asyncDispose]());

async function ask({
  key = device.key,
  ...request
}: Partial<CloudQuestion> & { readonly path: string }): Promise<CloudReply> {
  return await askCloud(stub.endpoint, { ...request, key });
}

describe('logs of a device', () => {
  const stream = (body: string, { uuid = device.uuid, type = 'application/x-ndjson', key = device.key } = {}) =>
    ask({ method: 'POST', path: `/device/v2/${uuid}/log-stream`, key, body, headers: { 'content-type': type } });

  it('are taken as a batch and as streams, in order', async () => {
    const batch = [
      { timestamp: 1, message: 'system line', isSystem: true },
      { timestamp: 2, message: 'service line', isStdErr: false, serviceId: 11 },
    ];
    expect(await ask({ method: 'POST', path: `/device/v2/${device.uuid}/logs`, json: batch })).toMatchObject({
      status: 201,
      type: null,
      text: '',
    });
    const lines = '{"message":"hello","timestamp":3,"serviceId":11}\n{"message":"err","timestamp":4,"isStdErr":true}\n';
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    expect(
      await ask({ method: 'POST', path: `/device/v2/${device.uuid}/log-stream`, body: gzipSync(lines), headers }),
    ).toMatchObject({ status: 201, type: null, text: '' });
    expect(await stream('{"message":"plain nd","timestamp":5}\n')).toMatchObject({ status: 201 });
    const { text } = await ask({ path: `/device/v2/${device.uuid}/logs?count=all`, key: stub.userKey });
    const common = { createdAt: expect.any(Number), isSystem: false, isStdErr: false };
    expect(JSON.parse(text)).toEqual([
      { ...common, timestamp: 1, isSystem: true, message: 'system line' },
      { ...common, timestamp: 2, serviceId: 11, message: 'service line' },
      { ...common, timestamp: 3, serviceId: 11, message: 'hello' },
      { ...common, timestamp: 4, isStdErr: true, message: 'err' },
      { ...common, timestamp: 5, message: 'plain nd' },
    ]);
  });

  it('that come at once are cut to the newest fifty of a stream, with a count, and are accepted anyway', async () => {
    const other = stub.createDevice(fleet);
    const lines = Array.from({ length: 120 }, (__, index) => `{"message":"line ${index}","timestamp":${index}}\n`);
    expect(await stream(lines.join(''), other)).toMatchObject({ status: 201, text: '' });
    expect(other.logs.map(({ message }) => message)).toEqual([
      'Suppressed 70 message(s) due to rate limiting',
      ...Array.from({ length: 50 }, (__, index) => `line ${index + 70}`),
    ]);
    expect(other.logs[0]).toMatchObject({ isSystem: true });
  });

  it('of one stream are limited over its whole time, and not more than that', async () => {
    const other = stub.createDevice(fleet);
    const batch = (from: number): Buffer =>
      Buffer.from(Array.from({ length: 50 }, (__, index) => `{"message":"${from + index}","timestamp":1}\n`).join(''));
    const body = ReadableStream.from(
      (async function* () {
        yield batch(0);
        await waitFor('the first fifty to be stored', () => other.logs.length === 50);
        yield batch(50);
      })(),
    );
    const headers = { 'content-type': 'application/x-ndjson', authorization: `Bearer ${other.key}` };
    const path = `${stub.endpoint}/device/v2/${other.uuid}/log-stream`;
    const { status } = await fetch(path, { method: 'POST', body, duplex: 'half', headers });
    expect(status).toBe(201);
    expect(other.logs.map(({ message }) => message)).toEqual(Array.from({ length: 100 }, (__, index) => `${index}`));
  });

  it('with long messages are cut to 10,000 characters', async () => {
    const other = stub.createDevice(fleet);
    await stream(`{"message":"${'x'.repeat(10_001)}","timestamp":1}\n`, other);
    expect(other.logs.map(({ message }) => message.length)).toEqual([10_000]);
  });

  it('are refused', async () => {
    expect(await stream('{}', { type: 'application/json' })).toMatchObject({
      status: 415,
      type: JSON_TYPE,
      text: '"Streaming requests require Content-Type application/x-ndjson"',
    });
    expect(await stream('{}\n', { key: 'wrong' })).toMatchObject({ status: 401, text: '{"error":"API key required"}' });
    expect(await stream('not json\n')).toMatchObject({
      status: 400,
      type: HTML_TYPE,
      text: 'Could not parse row not json...',
    });
    expect(await stream('{}\n', { uuid: UNKNOWN })).toMatchObject({ status: 401, type: null, text: '' });
  });

  it('in too many batches are answered with 429', async () => {
    const other = stub.createDevice(fleet);
    const path = `/device/v2/${other.uuid}/logs`;
    const statuses = [];
    for (let batch = 0; batch < 17; batch++) {
      statuses.push((await ask({ method: 'POST', path, key: other.key, json: [] })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 15 }, () => 201), 429, 429]);
    const response = await fetch(`${stub.endpoint}${path}?apikey=${other.key}`, { method: 'POST', body: '[]' });
    expect(response.headers.get('retry-after')).toBe('10');
    expect(await response.text()).toBe('"Too Many Requests"');
  });
});
