import { randomBytes } from 'node:crypto';
import type { RegistryAuth } from '@device-supervisor/device';
import {
  busyboxImage,
  connectEngine,
  pushImage,
  startRegistry,
  startRegistryProxy,
  startTokenServer,
} from '@device-supervisor/testbed';
import { describe, expect, inject, it } from 'vitest';
import { createRegistryClient, platformOf, type RegistryClient, type RegistryConfiguration } from '../src/index.ts';

const USER = { username: 'd_1234', password: 'pass-word' };
/** The hash of that password, as `htpasswd -B` makes it. */
const USERS = 'd_1234:$2b$04$pFqgXo8FZcjUKvZpLjZS8.mrsmuf/LBRVdAfdexlAHosvyblpfJXi\n';
const ENGINE_DEFAULTS: RegistryConfiguration = { insecureHosts: [], insecureRanges: ['127.0.0.0/8'], mirrors: [] };
const endpoint = inject('engineEndpoint');

function client(auth: RegistryAuth | null = null, registries = ENGINE_DEFAULTS): RegistryClient {
  return createRegistryClient({
    credentials: { find: async () => auth },
    registries,
    platform: platformOf('linux', 'x86_64'),
  });
}

/** An image with a layer of a megabyte on top that cannot be compressed. */
async function publish(tag: string, registry: Parameters<typeof pushImage>[1]): ReturnType<typeof pushImage> {
  await busyboxImage(endpoint, { tag, files: { '/content': randomBytes(750_000).toString('base64') } });
  return await pushImage(endpoint, registry, tag);
}

describe('a real registry', () => {
  it('returns the sizes of layers under the names of the engine', async () => {
    const { reference, digestReference } = await publish('sizes:1', inject('registry'));
    const inspected = await connectEngine(endpoint).getImage(reference).inspect();
    for (const name of [reference, digestReference]) {
      const { layers } = await client().imageSize(name);
      expect(layers.map(({ diffId }) => diffId)).toEqual(inspected.RootFS.Layers);
      expect(layers.at(-1)?.download).toBeGreaterThan(740_000);
      expect(layers.at(-1)?.download).toBeLessThan(1_000_000);
    }
  });

  it('says that it does not have an image', async () => {
    await expect(client().imageSize(`${inject('registry')}/nothing:1`)).rejects.toMatchObject({
      code: 'IMAGE_NOT_IN_REGISTRY',
    });
  });

  it('is asked instead of the hub when it is the mirror of it', async () => {
    await using proxy = await startRegistryProxy(inject('registry'));
    await publish('library/mirrored:1', inject('registry'));
    const registries = { ...ENGINE_DEFAULTS, mirrors: [`http://${proxy.host}/`] };
    expect((await client(null, registries).imageSize('mirrored:1')).layers.length).toBeGreaterThan(1);
    expect(proxy.take()[0]).toBe('GET /v2/library/mirrored/manifests/1');
  });

  it('takes a name and a password', async () => {
    await using registry = await startRegistry({ access: { kind: 'htpasswd', users: USERS } });
    const { reference } = await publish('sizes-guarded:1', { ...USER, host: registry.host });
    expect((await client(USER).imageSize(reference)).layers.length).toBeGreaterThan(1);
    await expect(client().imageSize(reference)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    await expect(client({ ...USER, password: 'wrong' }).imageSize(reference)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
    });
  });

  it('accepts a token of its token server', async () => {
    await using tokens = await startTokenServer(USER);
    await using registry = await startRegistry({ access: tokens.access });
    const { reference } = await publish('sizes-guarded:1', { ...USER, host: registry.host });
    tokens.take();
    expect((await client(USER).imageSize(reference)).layers.length).toBeGreaterThan(1);
    expect(tokens.take()).toEqual([
      { scopes: ['repository:sizes-guarded:pull'], authorization: expect.stringMatching(/^Basic /) },
    ]);
    await expect(client().imageSize(reference)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });
});
