import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askCloud, type CloudQuestion, type CloudReply } from './ask-cloud.ts';
import { startCloudStub, type CloudStub } from './start-cloud-stub.ts';
import type { Fleet, StubDevice } from './world.ts';

/** Exchanges recorded with the open server (49.0.12), sent to the stub: status, content type and form of the answers are the same. */
let stub: CloudStub;
let fleet: Fleet;
let device: StubDevice;
const COMMIT = '96b5e3f7257d7c95dc7e89567d366314909c9f5b';
const UNKNOWN = '94bc0f4ad98a41babee096d4e068a4f7';
const DIGEST = `@sha256:${'a'.repeat(64)}`;
const MAIN = '127.0.0.1:5001/v2/5d869a66c3511767a19a5557c23a1d24';
/** Makes the target so long that it is worth while to compress it. */
const LONG = 'x'.repeat(1024);
const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

beforeAll(async () => {
  stub = await startCloudStub();
  fleet = stub.createFleet({ config: { RESIN_SUPERVISOR_DELTA: '0' } });
  stub.createRelease(fleet, {
    commit: COMMIT,
    services: {
      main: {
        image: `${MAIN}${DIGEST}`,
        environment: { IMG_VAR: LONG },
        labels: { 'io.balena.features.supervisor-api': '1' },
        composition: { command: ['sh', '-c', 'sleep 1000'], restart: 'always', environment: { FROM_COMPOSE: '1' } },
      },
      second: { image: '127.0.0.1:5001/v2/second', contract: { slug: 'second', type: 'sw.container' } },
    },
    networks: { mynet: {} },
    volumes: { data: {} },
  });
  device = stub.createDevice(fleet);
});

afterAll(() => stub[Symbol.asyncDispose]());

async function ask({
  key = device.key,
  ...request
}: Partial<CloudQuestion> & { readonly path: string }): Promise<CloudReply> {
  return await askCloud(stub.endpoint, { ...request, key });
}

function registration(changes: object = {}): object {
  return {
    application: fleet.id,
    uuid: '31706f8f8b344015b1255e285efed2d3',
    device_type: 'generic-amd64',
    api_key: '9869e17327be477d9f9b5f5a0dc1e63c',
    supervisor_version: '17.0.0',
    os_version: 'balenaOS 6.0.0',
    os_variant: 'prod',
    mac_address: '01:02:03:04:05:06',
    ...changes,
  };
}

describe('POST /device/register', () => {
  const register = (changes?: object, key: string | null = fleet.provisioningKey): Promise<CloudReply> =>
    ask({ method: 'POST', path: '/device/register', key, json: registration(changes) });

  it('registers, and then says that there is such a device', async () => {
    const answer = await register();
    expect(answer).toMatchObject({ status: 201, type: JSON_TYPE, etag: expect.stringMatching(/^W\/"[0-9a-f]+-/) });
    expect(JSON.parse(answer.text)).toEqual({
      id: expect.any(Number),
      uuid: '31706f8f8b344015b1255e285efed2d3',
      api_key: '9869e17327be477d9f9b5f5a0dc1e63c',
    });
    const again = { status: 409, type: HTML_TYPE, text: '"uuid" must be unique.' };
    expect(await register()).toMatchObject(again);
    expect(await register({ api_key: 'another' })).toMatchObject(again);
  });

  it('takes the key in the query, and makes one when it is given none', async () => {
    const { provisioningKey: key } = fleet;
    const json = registration({ uuid: '284d88b3120a4ae897b9e1f109683c33', api_key: undefined });
    const answer = await ask({ method: 'POST', path: `/device/register?apikey=${key}`, key: null, json });
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toMatchObject({ api_key: expect.stringMatching(/^\w{32}$/) });
  });

  it('refuses', async () => {
    expect(await register({}, 'wrong')).toMatchObject({
      status: 401,
      type: JSON_TYPE,
      text: '{"error":"API key required"}',
    });
    expect(await register({ uuid: UNKNOWN, application: 999_999 })).toMatchObject({
      status: 401,
      type: null,
      text: '',
    });
    expect(await register({ uuid: UNKNOWN, device_type: 'no-such-type' })).toMatchObject({
      status: 404,
      type: JSON_TYPE,
      text: '"Unknown device type no-such-type"',
    });
    expect(await register({ uuid: 'short' })).toMatchObject({
      status: 400,
      type: JSON_TYPE,
      text: '"Device UUID must be a 32 or 62 character long lower case hex string."',
    });
  });
});

describe('resources', () => {
  it('are found by filter and by key', async () => {
    const filter = `/v7/device?$select=id&$filter=uuid%20eq%20'${device.uuid}'&apikey=${device.key}`;
    const found = { status: 200, type: JSON_TYPE, text: `{"d":[{"id":${device.id}}]}` };
    expect(await ask({ path: filter, key: null })).toMatchObject(found);
    expect(await ask({ path: `/v6/device(uuid='${device.uuid}')?$select=id` })).toMatchObject(found);
    const { text } = await ask({
      path: `/v7/device(uuid='${device.uuid}')?$select=id,device_name,uuid,is_online,api_heartbeat_state&$expand=belongs_to__application($select=id,uuid)`,
    });
    expect(JSON.parse(text)).toEqual({
      d: [
        {
          belongs_to__application: [{ id: fleet.id, uuid: fleet.uuid }],
          id: device.id,
          device_name: device.name,
          uuid: device.uuid,
          is_online: false,
          api_heartbeat_state: 'unknown',
        },
      ],
    });
  });

  it.each([
    ['an encoded slash', "/v7/device_tag?$filter=device%2Fuuid%20eq%20'x'&$select=id,tag_key,value"],
    ['an encoded comma', "/v7/device_tag?$filter=device/uuid%20eq%20'x'&$select=id%2Ctag_key%2Cvalue"],
    ['an encoded equals sign', "/v7/device?$select=id&$filter=uuid%20eq%20'x%3D'"],
    ['a field that there is not', '/v7/device?$select=id,nonsense'],
    ['a condition that is none', '/v7/device?$select=id&$filter=uuid'],
    ['a parameter that there is not', '/v7/device?$select=id&select=uuid'],
  ])('are not found with %s', async (_, path) => {
    expect(await ask({ path })).toMatchObject({ status: 400, type: HTML_TYPE, text: 'Malformed url' });
  });

  it('are found when dollars, spaces and quotes are encoded', async () => {
    const path = `/v7/device_tag?%24filter=device/uuid+eq+%27${device.uuid}%27&%24select=id,tag_key`;
    expect(await ask({ path })).toMatchObject({ status: 200, type: JSON_TYPE });
  });

  it('have config variables with the prefix of the cloud alone', async () => {
    const create = (name: string): Promise<CloudReply> =>
      ask({ method: 'POST', path: '/v7/device_config_variable', json: { device: device.id, name, value: '1' } });
    expect(await create('SUPERVISOR_DELTA')).toMatchObject({ status: 400 });
    expect(await create('BALENA_HOST_CONFIG_gpu_mem')).toMatchObject({ status: 201 });
    expect(await create('BALENA_HOST_CONFIG_gpu_mem')).toMatchObject({ status: 409 });
    device.config.clear();
  });

  it('are refused to a provisioning key, as is another device key', async () => {
    const key = fleet.provisioningKey;
    const refused = { status: 401, type: null, text: '' };
    expect(await ask({ path: `/v7/device(uuid='${device.uuid}')?$select=id`, key })).toMatchObject(refused);
    const json = { apiKey: 'new' };
    expect(await ask({ method: 'POST', path: `/api-key/device/${device.id}/device-key`, key, json })).toMatchObject(
      refused,
    );
  });
});

describe('GET /device/v3/:uuid/state', () => {
  const path = (uuid = device.uuid): string => `/device/v3/${uuid}/state`;
  it('has the target, with an entity tag that changes with it', async () => {
    const first = await ask({ path: path() });
    expect(first).toMatchObject({ status: 200, type: JSON_TYPE });
    const { main, second } = fleet.releases[0]?.services ?? {};
    expect(JSON.parse(first.text)).toEqual({
      [device.uuid]: {
        name: device.name,
        apps: {
          [fleet.uuid]: {
            id: fleet.id,
            name: 'fleet',
            is_host: false,
            class: 'fleet',
            releases: {
              [COMMIT]: {
                id: expect.any(Number),
                services: {
                  main: {
                    id: main?.id,
                    image_id: main?.imageId,
                    image: `${MAIN}${DIGEST}`,
                    environment: { IMG_VAR: LONG },
                    labels: { 'io.balena.features.supervisor-api': '1' },
                    composition: main?.composition,
                  },
                  second: {
                    id: second?.id,
                    image_id: second?.imageId,
                    image: '127.0.0.1:5001/v2/second',
                    environment: {},
                    labels: {},
                    contract: { slug: 'second', type: 'sw.container' },
                    composition: {},
                  },
                },
                networks: { mynet: {} },
                volumes: { data: {} },
              },
            },
          },
        },
        config: { RESIN_SUPERVISOR_DELTA: '0', RESIN_SUPERVISOR_POLL_INTERVAL: '900000' },
      },
    });
    const headers = { 'if-none-match': first.etag ?? '' };
    expect(await ask({ path: path(), headers })).toEqual({ status: 304, type: null, etag: first.etag, text: '' });
    await ask({ method: 'PATCH', path: `/v7/device(${device.id})`, key: stub.userKey, json: { device_name: 'other' } });
    expect(await ask({ path: path(), headers })).toMatchObject({
      status: 200,
      text: expect.stringContaining('"name":"other"'),
    });
  });

  it.each(['gzip', 'deflate', 'br'])('is compressed with %s', async (encoding) => {
    const plain = await ask({ path: path() });
    const response = await fetch(`${stub.endpoint}${path()}`, {
      headers: { 'accept-encoding': encoding, authorization: `Bearer ${device.key}` },
    });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    expect(await response.text()).toBe(plain.text);
  });

  it('refuses without a key or with a wrong one, and says 304 without a tag of a device that is not there', async () => {
    const refused = { status: 401, type: null, text: '' };
    expect(await ask({ path: path(), key: null })).toMatchObject(refused);
    expect(await ask({ path: path(), key: 'wrong' })).toMatchObject(refused);
    expect(await ask({ path: path(UNKNOWN) })).toEqual({ status: 304, type: null, etag: null, text: '' });
  });
});

describe('PATCH /device/v3/state', () => {
  const report = (json: unknown, key = device.key): Promise<CloudReply> =>
    ask({ method: 'PATCH', path: '/device/v3/state', json, key });
  const apps = (app: object, uuid = fleet.uuid): object => ({ [device.uuid]: { apps: { [uuid]: app } } });
  const services = (service: object): object => ({ releases: { [COMMIT]: { services: { main: service } } } });

  it.each<[string, () => unknown, number]>([
    ['fields of the device', () => ({ [device.uuid]: { status: 'Idle', api_port: 48484, cpu_temp: 40 } }), 200],
    ['a running release', () => apps({ release_uuid: COMMIT, ...services({ image: MAIN, status: 'Running' }) }), 200],
    ['no progress', () => apps(services({ image: MAIN, status: 'Running', download_progress: null })), 200],
    ['an unknown status', () => apps(services({ image: `${MAIN}${DIGEST}`, status: 'Bogus' })), 200],
    ['no release any more', () => apps({ release_uuid: '', releases: {} }), 200],
    ['an unknown release', () => apps({ release_uuid: 'ffffffff', releases: { ffffffff: {} } }), 401],
    ['an unknown app', () => apps(services({ image: MAIN, status: 'Running' }), UNKNOWN), 401],
    ['an unknown image', () => apps(services({ image: '127.0.0.1:5000/v2/0000', status: 'Running' })), 401],
    ['nothing of the device', () => ({ [device.uuid]: {} }), 200],
    ['no device', () => ({}), 401],
    ['no apps', () => ({ [device.uuid]: { apps: {} } }), 200],
    ['an unknown field', () => ({ [device.uuid]: { nonsense: 1 } }), 200],
    ['a wrong type', () => ({ [device.uuid]: { cpu_temp: 'hot' } }), 400],
    ['a metric that is not known any more', () => ({ [device.uuid]: { cpu_temp: null, cpu_id: null } }), 200],
    ['an undervoltage that is not known', () => ({ [device.uuid]: { status: 'Idle', is_undervolted: null } }), 400],
    ['a status of nothing', () => ({ [device.uuid]: { status: null } }), 400],
    [
      'a progress in fractions',
      () => apps(services({ image: MAIN, status: 'Downloading', download_progress: 0.5 })),
      400,
    ],
    ['an unknown device', () => ({ [UNKNOWN]: { status: 'Idle' } }), 401],
  ])('with %s', async (_, body, status) => {
    const before = device.reports.length;
    expect(await report(body())).toMatchObject({ status, type: null, text: '' });
    expect(device.reports.length).toBe(status === 200 ? before + 1 : before);
  });

  it('takes a compressed one, and refuses a wrong key', async () => {
    const body = gzipSync(JSON.stringify({ [device.uuid]: { status: 'Compressed' } }));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(await ask({ method: 'PATCH', path: '/device/v3/state', body, headers })).toMatchObject({ status: 200 });
    expect(device.reported.get('status')).toBe('Compressed');
    expect(await report({ [device.uuid]: {} }, 'wrong')).toMatchObject({
      status: 401,
      type: JSON_TYPE,
      text: '{"error":"API key required"}',
    });
  });
});

describe('tags', () => {
  const set = (tags: object): Promise<CloudReply> =>
    ask({ method: 'PATCH', path: '/device/v3/tags', json: { [device.uuid]: tags } });

  it('are set and read', async () => {
    expect(await set({ location: 'lab', rack: '7' })).toMatchObject({ status: 200, type: null, text: '' });
    expect(await set({ location: 'field' })).toMatchObject({ status: 200 });
    const tags = [
      { id: expect.any(Number), tag_key: 'location', value: 'field' },
      { id: expect.any(Number), tag_key: 'rack', value: '7' },
    ];
    for (const filter of [`device/uuid%20eq%20'${device.uuid}'`, `device%20eq%20${device.id}`]) {
      const answer = await ask({ path: `/v7/device_tag?$filter=${filter}&$select=id,tag_key,value` });
      expect(JSON.parse(answer.text)).toEqual({ d: tags });
    }
  });

  it('are refused when they are reserved, and when there is none', async () => {
    expect(await set({ 'io.balena.x': '1' })).toMatchObject({ status: 400, type: null, text: '' });
    expect(await set({})).toMatchObject({
      status: 400,
      type: JSON_TYPE,
      text: '"No tags were sent to be updated."',
    });
  });
});

describe('a change by a person', () => {
  const change = (json: object): Promise<CloudReply> =>
    ask({ method: 'PATCH', path: `/v7/device(${device.id})`, key: stub.userKey, json });

  it('pins a device to a release, and frees it', async () => {
    const [old] = fleet.releases;
    stub.createRelease(fleet, { commit: '088af6bc6fe824f77e3df24d3e979087e75ca38f', services: {} });
    const path = `/device/v3/${device.uuid}/state`;
    expect((await ask({ path })).text).toContain('088af6bc6fe824f77e3df24d3e979087e75ca38f');
    expect(await change({ is_pinned_on__release: old?.id })).toMatchObject({ status: 200, type: null, text: '' });
    expect((await ask({ path })).text).toContain(COMMIT);
    await change({ is_pinned_on__release: null });
    expect((await ask({ path })).text).not.toContain(COMMIT);
  });

  it('deletes a device', async () => {
    const gone = stub.createDevice(fleet);
    await ask({ method: 'DELETE', path: `/v7/device(${gone.id})`, key: stub.userKey });
    const { key, uuid } = gone;
    expect(await ask({ path: `/device/v3/${uuid}/state`, key })).toMatchObject({ status: 304, etag: null });
    const json = { [uuid]: { status: 'Idle' } };
    expect(await ask({ method: 'PATCH', path: '/device/v3/state', key, json })).toMatchObject({
      status: 401,
      text: '',
    });
  });
});
