import { Readable } from 'node:stream';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { connectEngine, startFaultyEngine, waitFor, type FaultyEngine } from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

let engine: FaultyEngine;
beforeEach(async () => {
  engine = await startFaultyEngine(inject('engineEndpoint'));
});
afterEach(() => engine[Symbol.asyncDispose]());

const isVersion = ({ path }: { readonly path: string }): boolean => path === '/version';
const isVolumeCreation = ({ path }: { readonly path: string }): boolean => path === '/volumes/create';

/** @returns status and text of the answer; rejects when the connection breaks */
async function ask(path: string, endpoint = engine.endpoint): Promise<[number | undefined, string]> {
  const { promise, resolve, reject } = Promise.withResolvers<[number | undefined, string]>();
  const sent = request({ socketPath: endpoint.slice('unix://'.length), path, agent: false }, (answer) => {
    text(answer).then((content) => resolve([answer.statusCode, content]), reject);
  });
  sent.on('error', reject);
  sent.end();
  return await promise;
}

async function createVolume(name: string): Promise<unknown> {
  return await connectEngine(engine.endpoint).createVolume({ Name: name });
}

/** Whether the engine itself has the volume; removes it. */
async function takeVolume(name: string): Promise<boolean> {
  const volume = connectEngine(inject('engineEndpoint')).getVolume(name);
  const [found] = await Promise.allSettled([volume.inspect()]);
  if (found.status === 'rejected') return false;
  await volume.remove();
  return true;
}

describe('the contract of a faulty engine', () => {
  it('passes everything that no fault matches, byte for byte', async () => {
    using _fault = engine.inject(({ path }) => path === '/info', { kind: 'reset' });
    expect(await ask('/version')).toEqual(await ask('/version', inject('engineEndpoint')));
    expect(engine.takeRequests()).toEqual(['GET /version']);
  });

  it('knows paths without their version, decoded', async () => {
    using fault = engine.inject(({ method, path }) => `${method} ${path}` === 'GET /images/a/b:1/json', {
      kind: 'refuse',
      status: 500,
      message: 'lost',
    });
    expect(await ask('/v1.41/images/a%2Fb%3A1/json')).toEqual([500, '{"message":"lost"}']);
    expect(fault.count).toBe(1);
  });

  it('ends a fault that is disposed of, and lets the first of several count', async () => {
    const first = engine.inject(isVersion, { kind: 'replace', text: 'first' });
    using _second = engine.inject(isVersion, { kind: 'replace', text: 'second' });
    expect(await ask('/version')).toEqual([200, 'first']);
    first[Symbol.dispose]();
    expect(await ask('/version')).toEqual([200, 'second']);
  });

  it('shows the requests that are open, and closes the other connections', async () => {
    const client = connectEngine(engine.endpoint);
    const agent = new Agent({ keepAlive: true });
    const events = await client.getEvents();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({ socketPath: engine.endpoint.slice('unix://'.length), path: '/version', agent }, resolve)
      .on('error', reject)
      .end();
    await text(await promise);
    const idle = (): number => Object.values(agent.freeSockets).flat().length;
    await waitFor('the connection to be idle', () => idle() === 1);
    expect(engine.openRequests()).toEqual(['GET /events']);
    await engine.closeIdleConnections();
    expect([idle(), engine.openRequests()]).toEqual([0, ['GET /events']]);
    if (events instanceof Readable) events.destroy();
    await waitFor('the stream to be closed', () => engine.openRequests().length === 0);
  });

  it('reset: breaks the connection, and the engine does nothing', async () => {
    using _fault = engine.inject(isVolumeCreation, { kind: 'reset' });
    await expect(createVolume('faulty-reset')).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(await takeVolume('faulty-reset')).toBe(false);
  });

  it('refuse: the engine does nothing', async () => {
    using _fault = engine.inject(isVolumeCreation, { kind: 'refuse', status: 500, message: 'no' });
    await expect(createVolume('faulty-refuse')).rejects.toMatchObject({ statusCode: 500 });
    expect(await takeVolume('faulty-refuse')).toBe(false);
  });

  it('refuse-afterwards: the engine does it, and says no', async () => {
    using _fault = engine.inject(isVolumeCreation, { kind: 'refuse-afterwards', status: 500, message: 'no' });
    await expect(createVolume('faulty-afterwards')).rejects.toMatchObject({ statusCode: 500 });
    expect(await takeVolume('faulty-afterwards')).toBe(true);
  });

  it('lose-answer: the engine does it, and the connection breaks', async () => {
    using _fault = engine.inject(isVolumeCreation, { kind: 'lose-answer' });
    await expect(createVolume('faulty-lost')).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(await takeVolume('faulty-lost')).toBe(true);
  });

  it('break-off: half of the answer comes, then the connection breaks', async () => {
    using _fault = engine.inject(isVersion, { kind: 'break-off' });
    await expect(ask('/version')).rejects.toThrow(/aborted|ECONNRESET|Premature/);
  });

  it('cut-off: half of the answer comes as if it were all', async () => {
    const [, whole] = await ask('/version');
    using _fault = engine.inject(isVersion, { kind: 'cut-off' });
    const [status, half] = await ask('/version');
    expect([status, whole.startsWith(half), half.length]).toEqual([200, true, Math.floor(whole.length / 2)]);
  });

  it('hang: no answer comes', async () => {
    using fault = engine.inject(isVersion, { kind: 'hang' });
    let isAnswered = false;
    const asked = ask('/version').then(
      () => (isAnswered = true),
      () => undefined,
    );
    await waitFor('the request to arrive', () => fault.count === 1);
    // One that came later is answered.
    await ask('/info');
    expect(isAnswered).toBe(false);
    await engine[Symbol.asyncDispose]();
    await asked;
    engine = await startFaultyEngine(inject('engineEndpoint'));
  });

  it('delay: the answer comes whole, later', async () => {
    const plain = await ask('/version');
    using _fault = engine.inject(isVersion, { kind: 'delay', milliseconds: 300 });
    const before = performance.now();
    expect(await ask('/version')).toEqual(plain);
    expect(performance.now() - before).toBeGreaterThanOrEqual(299);
  });

  it('silence: an open stream of events stays open and reports nothing, until it ends', async () => {
    // An engine answers before it follows its own events: those since this second are replayed.
    const since = Math.floor(Date.now() / 1000);
    const events = await connectEngine(engine.endpoint).getEvents({ since });
    let heard = '';
    let isClosed = false;
    events.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    events.on('close', () => (isClosed = true));
    await createVolume('faulty-heard');
    await waitFor('the event', () => heard.includes('faulty-heard'));
    const silence = engine.inject(({ path }) => path === '/events', { kind: 'silence' });
    await createVolume('faulty-silent');
    silence[Symbol.dispose]();
    await createVolume('faulty-after');
    await waitFor('the event', () => heard.includes('faulty-after'));
    expect([heard.includes('faulty-silent'), isClosed]).toEqual([false, false]);
    for (const name of ['heard', 'silent', 'after']) expect(await takeVolume(`faulty-${name}`)).toBe(true);
    if (events instanceof Readable) events.destroy();
  });
});
