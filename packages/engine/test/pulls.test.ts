import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { PullProgress } from '@device-supervisor/compose';
import type { Delta } from '@device-supervisor/device';
import {
  busyboxImage,
  connectEngine,
  pushImage,
  startRegistry,
  startRegistryProxy,
  startTestEngine,
  startTokenServer,
  waitFor,
  type PushedImage,
  type RegistryProxy,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createEngine, type Engine, type EngineOptions } from '../src/index.ts';
import { startEngineProxy } from './engine-proxy.ts';

const MEGABYTE = 1_000_000;
/** Bytes of the layer that pulls are broken in. */
const LARGE = 4 * MEGABYTE;
const USER = { username: 'd_1234', password: 'pass-word' };
/** The hash of that password, as `htpasswd -B` makes it. */
const USERS = 'd_1234:$2b$04$pFqgXo8FZcjUKvZpLjZS8.mrsmuf/LBRVdAfdexlAHosvyblpfJXi\n';

const signal = new AbortController().signal;
const endpoint = inject('engineEndpoint');
const run = promisify(execFile);

let proxy: RegistryProxy;
let engine: Engine;
let pushed: PushedImage;
let progress: PullProgress[];
const onProgress = (one: PullProgress): void => void progress.push(one);

beforeAll(async () => {
  pushed = await publish('pulls:1', inject('registry'));
});

beforeEach(async () => {
  progress = [];
  proxy = await startRegistryProxy(inject('registry'));
  engine = connect();
});

afterEach(async () => {
  for (const reference of [images().tag, images().digest]) await engine.removeImage(reference);
  await engine[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

afterAll(async () => {
  const { Images } = await connectEngine(endpoint).df();
  expect(JSON.stringify(Images)).not.toContain('/pulls');
});

function connect(options: Partial<EngineOptions> = {}): Engine {
  return createEngine({ endpoint, ...options });
}

/** The image behind the proxy. */
function images(): { readonly tag: string; readonly digest: string } {
  const behind = (reference: string): string => reference.replace(inject('registry'), proxy.host);
  return { tag: behind(pushed.reference), digest: behind(pushed.digestReference) };
}

/** Puts an image with a large layer that cannot be compressed into a registry, and takes it off the engine. */
async function publish(tag: string, registry: Parameters<typeof pushImage>[1]): Promise<PushedImage> {
  const content = randomBytes((LARGE * 3) / 4).toString('base64');
  await busyboxImage(endpoint, { tag, files: { '/content': content } });
  const result = await pushImage(endpoint, registry, tag);
  for (const name of [tag, result.reference]) await connectEngine(endpoint).getImage(name).remove();
  return result;
}

async function isThere(reference: string): Promise<boolean> {
  const { images: all } = await engine.observe({ imageReferences: [] });
  return all.some(({ tags, digests }) => [...tags, ...digests].includes(reference));
}

/** The layer below is the busybox that all test images share. */
const inLargeLayer = ({ length }: { readonly length: number }): boolean => length > 2 * MEGABYTE;

describe('a pull', () => {
  it('counts the bytes that really came', async () => {
    await engine.pullImage(images().digest, { signal, onProgress });
    const { percent, receivedBytes = 0, totalBytes } = progress.at(-1) ?? {};
    expect(percent).toBe(100);
    expect(receivedBytes).toBe(totalBytes);
    // Besides layers there is the image's configuration.
    expect(proxy.blobBytes - receivedBytes).toBeGreaterThan(0);
    expect(proxy.blobBytes - receivedBytes).toBeLessThan(10_000);
    expect(await isThere(images().digest)).toBe(true);
  });

  it('takes a layer up where the connection broke', async () => {
    let cuts = 0;
    proxy.breakWith((answer) =>
      inLargeLayer(answer) && cuts++ === 0 ? { after: 2 * MEGABYTE, end: 'reset' } : undefined,
    );
    await engine.pullImage(images().tag, { signal, onProgress });
    const percents = progress.map(({ percent }) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(progress.at(-1)?.percent).toBe(100);
    // The part that came before came once.
    expect(proxy.blobBytes).toBeLessThan(LARGE + MEGABYTE + 1.5 * MEGABYTE);
  });

  it('is restarted when it stalls, and fails when it makes no progress', async () => {
    await using impatient = connect({ stallTimeout: 1000 });
    let stalls = 0;
    proxy.breakWith((answer) =>
      inLargeLayer(answer) && stalls++ === 0 ? { after: 2 * MEGABYTE, end: 'stall' } : undefined,
    );
    await impatient.pullImage(images().tag, { signal, onProgress });
    expect(stalls).toBe(2);
    expect(await isThere(images().tag)).toBe(true);
    await engine.removeImage(images().tag);

    proxy.breakWith((answer) => (inLargeLayer(answer) ? { after: MEGABYTE, end: 'stall' } : undefined));
    await expect(impatient.pullImage(images().tag, { signal, onProgress })).rejects.toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reference: images().tag, reason: 'stalled' },
    });
    expect(await isThere(images().tag)).toBe(false);
  });

  it('really ends in the middle when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('another target');
    proxy.breakWith((answer) => (inLargeLayer(answer) ? { after: MEGABYTE, end: 'drip' } : undefined));
    const pulled = engine.pullImage(images().tag, { signal: controller.signal, onProgress });
    pulled.catch(() => undefined);
    await waitFor('the large layer alone to be under way', () => proxy.blobBytes >= MEGABYTE && proxy.open === 1);
    controller.abort(reason);
    await expect(pulled).rejects.toBe(reason);
    await waitFor('the engine to let go of the registry', () => proxy.open === 0);
    expect(await isThere(images().tag)).toBe(false);
  });

  it('fails with the engine, and succeeds when that is back', async () => {
    await using ownEngine = await startTestEngine();
    await using own = connect({ endpoint: ownEngine.endpoint });
    proxy.breakWith((answer) => (inLargeLayer(answer) ? { after: MEGABYTE, end: 'stall' } : undefined));
    const pulled = own.pullImage(images().digest, { signal, onProgress });
    pulled.catch(() => undefined);
    await waitFor('the download', () => proxy.blobBytes >= MEGABYTE);
    await ownEngine.kill();
    await expect(pulled).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    proxy.breakWith(undefined);
    await ownEngine.revive();
    await own.pullImage(images().digest, { signal, onProgress });
    const { images: all } = await own.observe({ imageReferences: [] });
    expect(all.map(({ digests }) => digests)).toEqual([[images().digest]]);
  });

  it('needs the manifest alone when the content is there already', async () => {
    await engine.pullImage(pushed.digestReference, { signal, onProgress });
    await engine.pullImage(images().digest, { signal, onProgress });
    expect(proxy.blobBytes).toBe(0);
    expect(await isThere(images().digest)).toBe(true);
    await engine.removeImage(pushed.digestReference);
  });

  it('asks for no delta where the engine cannot use one', async () => {
    const asked: unknown[] = [];
    const resolve = async (question: unknown): Promise<null> => {
      asked.push(question);
      return null;
    };
    await using withDeltas = connect({ deltas: { resolve } });
    await withDeltas.pullImage(images().tag, { signal, onProgress, deltaSource: 'contract:1' });
    expect(asked).toEqual([]);
    expect(await isThere(images().tag)).toBe(true);
  });
});

describe('a delta', () => {
  /** An engine that says that it knows deltas. The delta that it gets is an image that is complete already. */
  const connectToDeltaEngine = async (resources: AsyncDisposableStack, delta: string): Promise<Engine> => {
    const path = /\/images\/delta/;
    const answer = (response: ServerResponse): void =>
      void response.writeHead(400).end('{"message":"no images named"}');
    const withDeltas = resources.use(await startEngineProxy(endpoint, { path, answer }));
    const resolve = async (): Promise<Delta> => ({ reference: delta, auth: USER, timeout: null });
    return resources.use(connect({ endpoint: withDeltas.endpoint, deltas: { resolve } }));
  };

  it('is all that comes of an image when it gave the right one, which gets its name and is verified', async () => {
    await using resources = new AsyncDisposableStack();
    const deltaEngine = await connectToDeltaEngine(resources, images().tag);
    await deltaEngine.pullImage(images().digest, { signal, onProgress, deltaSource: 'contract:1' });
    expect(await isThere(images().digest)).toBe(true);
    expect(await isThere(images().tag)).toBe(false);
    expect(progress.at(-1)?.percent).toBe(100);
    expect(proxy.blobBytes).toBeLessThan(LARGE + 1.5 * MEGABYTE);
  });

  it('that gives another image leaves nothing behind, and the right one comes', async () => {
    await using resources = new AsyncDisposableStack();
    const other = await publish('pulls-other:1', inject('registry'));
    const deltaEngine = await connectToDeltaEngine(resources, other.reference);
    await deltaEngine.pullImage(images().digest, { signal, onProgress, deltaSource: 'contract:1' });
    expect(await isThere(images().digest)).toBe(true);
    expect(await isThere(other.reference)).toBe(false);
  });

  it('that the registry does not have costs nothing but a question', async () => {
    await using resources = new AsyncDisposableStack();
    const deltaEngine = await connectToDeltaEngine(resources, `${proxy.host}/pulls:no-such-delta`);
    await deltaEngine.pullImage(images().digest, { signal, onProgress, deltaSource: 'contract:1' });
    expect(await isThere(images().digest)).toBe(true);
  });
});

describe('a pull that cannot succeed', () => {
  it('reports that the registry does not answer', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = addressOf(server.address());
    server.close();
    await once(server, 'close');
    await expect(engine.pullImage(`127.0.0.1:${port}/web:1`, { signal, onProgress })).rejects.toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reference: `127.0.0.1:${port}/web:1`, reason: 'unreachable' },
      hint: expect.stringContaining('network'),
    });
  });

  it('says that engine and registry do not agree on TLS', async () => {
    // An address that is not among those which the engine trusts without TLS.
    await run('ip', ['address', 'add', '192.0.2.10/32', 'dev', 'lo']);
    const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    server.listen(0, '192.0.2.10');
    await once(server, 'listening');
    const reference = `192.0.2.10:${addressOf(server.address()).port}/web:1`;
    await expect(engine.pullImage(reference, { signal, onProgress })).rejects.toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reference, reason: 'tls' },
      hint: expect.stringContaining('insecure-registries'),
    });
    server.close();
    await run('ip', ['address', 'delete', '192.0.2.10/32', 'dev', 'lo']);
  });
});

describe('a registry that wants to know who asks', () => {
  it('gets the name and the password that are for it', async () => {
    await using registry = await startRegistry({ access: { kind: 'htpasswd', users: USERS } });
    const { reference } = await publish('pulls-guarded:1', { ...USER, host: registry.host });
    await expect(engine.pullImage(reference, { signal, onProgress })).rejects.toMatchObject({
      details: { reference, reason: 'unauthorized' },
    });
    await using ours = connect({ credentials: { find: async (host) => (host === registry.host ? USER : null) } });
    await ours.pullImage(reference, { signal, onProgress });
    await ours.removeImage(reference);
  });

  it('gets a token from its token server', async () => {
    await using tokens = await startTokenServer(USER);
    await using registry = await startRegistry({ access: tokens.access });
    const { reference } = await publish('pulls-guarded:1', { ...USER, host: registry.host });
    tokens.take();
    await expect(engine.pullImage(reference, { signal, onProgress })).rejects.toMatchObject({
      details: { reference, reason: 'unauthorized' },
    });
    expect(tokens.take().map(({ authorization }) => authorization)).not.toContain(expect.any(String));

    const wrong = { username: 'd_1234', password: 'another-password' };
    await using mistaken = connect({ credentials: { find: async () => wrong } });
    const error = await mistaken.pullImage(reference, { signal, onProgress }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ details: { reason: 'unauthorized' } });
    expect(String(error)).not.toContain(wrong.password);

    tokens.take();
    await using ours = connect({ credentials: { find: async () => USER } });
    await ours.pullImage(reference, { signal, onProgress });
    expect(tokens.take().flatMap(({ scopes }) => scopes)).toContain('repository:pulls-guarded:pull');
    await ours.removeImage(reference);
  });
});

it('mirrors of the engine configuration are used', async () => {
  await using ownEngine = await startTestEngine({ settings: { 'registry-mirrors': [`http://${proxy.host}`] } });
  await using own = connect({ endpoint: ownEngine.endpoint });
  const mirrored = await publish('mirrored/pulls:1', inject('registry'));
  const digest = mirrored.digestReference.replace(/^.*@/, 'mirrored/pulls@');
  for (const reference of ['mirrored/pulls:1', digest]) await own.pullImage(reference, { signal, onProgress });
  expect(proxy.take().join('\n')).toContain('/v2/mirrored/pulls/blobs/');
  expect((await own.info()).registries.mirrors).toEqual([`http://${proxy.host}/`]);
});

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP port');
  return address;
}
