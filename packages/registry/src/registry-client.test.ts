import type { LookupFunction } from 'node:net';
import { inspect } from 'node:util';
import type { RegistryAuth } from '@device-supervisor/device';
import { CLOUD_FAULTS, createAuthority, startCloudStub } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient, platformOf, type RegistryClient, type RegistryClientOptions } from './index.ts';
import { digestOf, refuse, startScriptedRegistry, type ScriptedRegistry } from './testing/scripted-registry.ts';

const PASSWORD = { username: 'd_1234', password: 'device-key' };
const LAYERS = { layers: { base: 1000, top: 20 } };

let registry: ScriptedRegistry;
let other: ScriptedRegistry;

beforeEach(async () => {
  registry = await startScriptedRegistry();
  other = await startScriptedRegistry();
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

function client(auth: RegistryAuth | null = null, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  return createRegistryClient({
    credentials: { find: async (host) => (host === registry.host ? auth : null) },
    registries: { insecureHosts: [], insecureRanges: ['127.0.0.0/8'], mirrors: [] },
    platform: platformOf('linux', 'armv7l'),
    ...options,
  });
}

/** All credentials that either server received. */
function authorizations({ requests }: ScriptedRegistry): (string | undefined)[] {
  return requests.map(({ headers }) => headers.authorization);
}

describe('imageSize', () => {
  it('is that of the layers, what they take on the disk being estimated', async () => {
    const { digest } = registry.add('app/web', '1', LAYERS);
    const expected = {
      layers: [
        { diffId: 'sha256:base', download: 1000, unpacked: 2500 },
        { diffId: 'sha256:top', download: 20, unpacked: 50 },
      ],
    };
    expect(await client().imageSize(`${registry.host}/app/web:1`)).toEqual(expected);
    expect(await client().imageSize(`${registry.host}/app/web@${digest}`)).toEqual(expected);
    expect(registry.requests[0]?.headers.accept).toContain('application/vnd.oci.image.index.v1+json');
  });

  it('takes layers that are not compressed as they are', async () => {
    registry.add('web', '1', { ...LAYERS, layerType: 'application/vnd.oci.image.layer.v1.tar' });
    const { layers } = await client().imageSize(`${registry.host}/web:1`);
    expect(layers.map(({ unpacked }) => unpacked)).toEqual([1000, 20]);
  });

  it.each([
    ['armv7l', 'v7'],
    ['armv6l', 'v6'],
    ['x86_64', 'amd64'],
    ['aarch64', 'arm64'],
  ])('is that of the image for %s in an index', async (machine, expected) => {
    const platforms = [
      { os: 'windows', architecture: 'amd64', tag: 'windows' },
      { os: 'linux', architecture: 'amd64', tag: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8', tag: 'arm64' },
      { os: 'linux', architecture: 'arm', variant: 'v6', tag: 'v6' },
      { os: 'linux', architecture: 'arm', variant: 'v7', tag: 'v7' },
    ];
    registry.answers['GET /v2/web/manifests/1'] = {
      manifests: [
        ...platforms.map(({ tag, ...platform }) => ({
          digest: registry.add('web', tag, { layers: { [tag]: 1 } }).digest,
          platform,
        })),
        { digest: digestOf({}) },
      ],
    };
    const { layers } = await client(null, { platform: platformOf('linux', machine) }).imageSize(
      `${registry.host}/web:1`,
    );
    expect(layers.map(({ diffId }) => diffId)).toEqual([`sha256:${expected}`]);
  });

  it.each([
    ['there is no such image', undefined, { code: 'IMAGE_NOT_IN_REGISTRY', details: { platform: null } }],
    [
      'it is not made for the platform',
      { manifests: [{ digest: digestOf({}), platform: { os: 'linux', architecture: 'arm', variant: 'v8' } }] },
      { code: 'IMAGE_NOT_IN_REGISTRY', details: { platform: 'linux/arm/v7' } },
    ],
    ['its manifest is an old one', { schemaVersion: 1, fsLayers: [] }, { code: 'REGISTRY_ANSWER_INVALID' }],
  ])('fails when %s', async (_, manifest, expected) => {
    if (manifest !== undefined) registry.answers['GET /v2/web/manifests/1'] = manifest;
    await expect(client().imageSize(`${registry.host}/web:1`)).rejects.toMatchObject(expected);
  });

  it('fails when what comes is not what the digest says', async () => {
    const { digest } = registry.add('web', '1', LAYERS);
    registry.add('web', '2', { layers: { wrong: 1 } });
    registry.answers[`GET /v2/web/manifests/${digest}`] = registry.answers['GET /v2/web/manifests/2'] ?? {};
    await expect(client().imageSize(`${registry.host}/web@${digest}`)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_INVALID',
      message: expect.stringContaining(`what it gives out as ${digest} is sha256:`),
    });
  });

  it('fails when the answer is too long', async () => {
    registry.answers['GET /v2/web/manifests/1'] = { padding: 'x'.repeat(5 * 1024 * 1024) };
    await expect(client().imageSize(`${registry.host}/web:1`)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_INVALID',
    });
  });

  it('fails without an answer, or with a late one', async () => {
    registry.answers['GET /v2/web/manifests/1'] = () => undefined;
    await expect(client(null, { timeout: 50 }).imageSize(`${registry.host}/web:1`)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      details: { registry: registry.host },
    });
    const { host } = registry;
    await registry[Symbol.asyncDispose]();
    await expect(client().imageSize(`${host}/web:1`)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    registry = await startScriptedRegistry();
  });

  it('does not talk without TLS to a registry that the engine would not talk to so', async () => {
    registry.add('web', '1', LAYERS);
    const registries = { insecureHosts: [], insecureRanges: [], mirrors: [] };
    await expect(client(null, { registries }).imageSize(`${registry.host}/web:1`)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
    expect(registry.requests).toEqual([]);
    const named = { ...registries, insecureHosts: [registry.host] };
    await client(null, { registries: named }).imageSize(`${registry.host}/web:1`);
  });
});

describe('a registry with a certificate of an authority of its own', () => {
  const STRICT = { insecureHosts: [], insecureRanges: [], mirrors: [] };

  it('and its token server are reached with that authority as the only trusted one', async () => {
    await using authority = await createAuthority();
    const { key, certificate: cert } = await authority.issue();
    const tls = { key: key.export({ format: 'pem', type: 'pkcs8' }), cert };
    await using secure = await startScriptedRegistry(tls);
    await using desk = await startScriptedRegistry(tls);
    secure.add('web', '1', LAYERS);
    desk.answers['GET /token'] = { token: 'good-token' };
    const manifest = secure.answers['GET /v2/web/manifests/1'];
    secure.answers['GET /v2/web/manifests/1'] = (response, { headers }) => {
      const realm = `Bearer realm="https://${desk.host}/token"`;
      if (headers.authorization === 'Bearer good-token') response.end(JSON.stringify(manifest));
      else refuse(response, 401, { 'www-authenticate': realm });
    };
    const image = `${secure.host}/web:1`;
    await expect(client(null, { registries: STRICT }).imageSize(image)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
    expect(secure.requests).toEqual([]);
    const trusting = client(null, { registries: STRICT, rootCertificate: authority.certificate });
    expect((await trusting.imageSize(image)).layers).toHaveLength(2);
    expect(desk.requests).toHaveLength(1);
  });

  it('is found with the name lookup of the client', async () => {
    registry.add('web', '1', LAYERS);
    const [, port] = registry.host.split(':');
    const host = `registry.local:${port}`;
    const names: string[] = [];
    const lookup: LookupFunction = (name, options, callback) => {
      names.push(name);
      if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    };
    const { layers } = await client(null, { lookup, registries: { ...STRICT, insecureHosts: [host] } }).imageSize(
      `${host}/web:1`,
    );
    expect(layers).toHaveLength(2);
    expect(new Set(names)).toEqual(new Set(['registry.local']));
  });
});

describe('the way to Docker Hub', () => {
  it('leads to its mirrors alone, in their order, and without the credentials for it', async () => {
    registry.add('library/alpine', '3', LAYERS);
    await other[Symbol.asyncDispose]();
    const mirrors = [`http://${other.host}/`, `http://${registry.host}/`];
    other = await startScriptedRegistry();
    const registries = { insecureHosts: [], insecureRanges: [], mirrors };
    const credentials = { find: async () => PASSWORD };
    const { layers } = await client(null, { registries, credentials }).imageSize('alpine:3');
    expect(layers).toHaveLength(2);
    registry.answers['GET /v2/library/alpine/manifests/3'] = (response) =>
      refuse(response, 401, { 'www-authenticate': 'Basic realm="mirror"' });
    await expect(client(null, { registries, credentials }).imageSize('alpine:3')).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
    });
    expect(authorizations(registry)).toEqual([undefined, undefined, undefined]);
  });
});

describe('a registry that asks for credentials', () => {
  /** Refuses what does not come with the authorization. */
  function guard(wanted: string, challenge: string): void {
    for (const [path, answer] of Object.entries(registry.answers)) {
      registry.answers[path] = (response, { headers }) => {
        if (headers.authorization === wanted) response.end(JSON.stringify(answer));
        else refuse(response, 401, { 'www-authenticate': challenge });
      };
    }
  }
  const bearer = (realm = `http://${other.host}/token`): string =>
    `Bearer realm="${realm}",service="the service",scope="repository:app/web:pull"`;

  beforeEach(() => {
    registry.add('app/web', '1', LAYERS);
  });

  it('gets a token that it trusts, asked for once', async () => {
    guard('Bearer good-token', bearer());
    other.answers['GET /token'] = { token: 'good-token', expires_in: 60 };
    await client(PASSWORD).imageSize(`${registry.host}/app/web:1`);
    expect(other.requests).toHaveLength(1);
    const [request] = other.requests;
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      service: 'the service',
      scope: 'repository:app/web:pull',
    });
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('d_1234:device-key').toString('base64')}`);
    expect(authorizations(registry).filter((one) => one?.startsWith('Basic'))).toEqual([]);
  });

  it.each(CLOUD_FAULTS)('gets no token of a cloud that %s, asked once, and one when it is well', async (_, fault) => {
    await using cloud = await startCloudStub();
    cloud.createDevice(cloud.createFleet(), { uuid: '1234', key: PASSWORD.password });
    cloud.breakWith('token', fault);
    registry.answers['GET /v2/app/web/manifests/1'] = (response, { headers }) => {
      if (headers.authorization === undefined) {
        refuse(response, 401, { 'www-authenticate': bearer(`${cloud.endpoint}/auth/v1/token`) });
      } else {
        refuse(response, 404);
      }
    };
    const ask = async (timeout: number): Promise<unknown> =>
      await client(PASSWORD, { timeout })
        .imageSize(`${registry.host}/app/web:1`)
        .catch((error: unknown) => error);
    const error = await ask(fault.kind === 'hang' || fault.kind === 'drip' ? 300 : 30_000);
    expect(error).toMatchObject({ code: expect.stringMatching(/^REGISTRY_(UNREACHABLE|ANSWER_INVALID)$/) });
    expect(inspect(error)).not.toMatch(new RegExp(`device-key|${Buffer.from('d_1234:device-key').toString('base64')}`));
    expect(cloud.count('token')).toBeLessThanOrEqual(1);
    cloud.heal();
    expect(await ask(30_000)).toMatchObject({ code: 'IMAGE_NOT_IN_REGISTRY' });
  });

  it('gets an anonymous token', async () => {
    guard('Bearer public', bearer());
    other.answers['GET /token'] = { access_token: 'public' };
    await client().imageSize(`${registry.host}/app/web:1`);
    expect(authorizations(other)).toEqual([undefined]);
  });

  it('gets a token for an identity token', async () => {
    guard('Bearer good-token', bearer());
    other.answers['POST /token'] = { access_token: 'good-token' };
    await client({ identityToken: 'refresh-me' }).imageSize(`${registry.host}/app/web:1`);
    expect(Object.fromEntries(new URLSearchParams(other.requests[0]?.body))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-me',
      service: 'the service',
      scope: 'repository:app/web:pull',
    });
  });

  it('gets a registry token as it is', async () => {
    guard('Bearer mine', bearer());
    await client({ registryToken: 'mine' }).imageSize(`${registry.host}/app/web:1`);
    expect(other.requests).toEqual([]);
  });

  it('gets name and password', async () => {
    guard(`Basic ${Buffer.from('d_1234:device-key').toString('base64')}`, 'Basic realm="registry"');
    await client(PASSWORD).imageSize(`${registry.host}/app/web:1`);
    await expect(client().imageSize(`${registry.host}/app/web:1`)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      details: { registry: registry.host, repository: 'app/web' },
    });
  });

  it('gets nothing that is for another registry', async () => {
    guard('Bearer good-token', bearer(`http://${registry.host}/token`));
    registry.answers['GET /token'] = { token: 'wrong' };
    const credentials = { find: async (host: string) => (host === 'registry.cloud' ? PASSWORD : null) };
    await expect(client(null, { credentials }).imageSize(`${registry.host}/app/web:1`)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
    });
    expect(JSON.stringify(registry.requests)).not.toMatch(/d_1234|device-key|Basic/);
  });

  it.each([
    ['no token', { GET: (response: Parameters<typeof refuse>[0]) => refuse(response, 401) }, 'REGISTRY_UNAUTHORIZED'],
    ['an answer without one', { GET: { hello: 'world' } }, 'REGISTRY_ANSWER_INVALID'],
    ['an error', { GET: (response: Parameters<typeof refuse>[0]) => refuse(response, 503) }, 'REGISTRY_ANSWER_INVALID'],
  ])('fails when the token server has %s', async (_, { GET }, code) => {
    guard('Bearer good-token', bearer());
    other.answers['GET /token'] = GET;
    const error = await client(PASSWORD).imageSize(`${registry.host}/app/web:1`).catch(String);
    await expect(client(PASSWORD).imageSize(`${registry.host}/app/web:1`)).rejects.toMatchObject({ code });
    expect(error).not.toContain('device-key');
  });

  it('follows redirects to the storage of a blob, without credentials', async () => {
    guard('Bearer mine', bearer());
    const blob = Object.keys(registry.answers).find((path) => path.includes('/blobs/')) ?? '';
    const config = { rootfs: { type: 'layers', diff_ids: ['sha256:base', 'sha256:top'] } };
    registry.answers[blob] = (response) => refuse(response, 307, { location: `http://${other.host}/signed?x=1` });
    other.answers['GET /signed'] = config;
    const { layers } = await client({ registryToken: 'mine' }).imageSize(`${registry.host}/app/web:1`);
    expect(layers).toHaveLength(2);
    expect(authorizations(other)).toEqual([undefined]);
  });

  it('follows a limited number of redirects', async () => {
    registry.answers['GET /v2/app/web/manifests/1'] = (response) =>
      refuse(response, 302, { location: '/v2/app/web/manifests/1' });
    await expect(client().imageSize(`${registry.host}/app/web:1`)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_INVALID',
    });
    expect(registry.requests).toHaveLength(4);
  });
});
