import type { PullProgress } from '@device-supervisor/compose';
import type { RegistryAuth } from '@device-supervisor/device';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../index.ts';
import { refuse, startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

let scripted: ScriptedEngine;
let engine: Engine;
let clock: FakeClock;
let progress: PullProgress[];
const signal = new AbortController().signal;
const onProgress = (one: PullProgress): void => void progress.push(one);
const DIGEST = `sha256:${'a'.repeat(64)}`;
const SECRETS: Readonly<Record<string, RegistryAuth>> = {
  'registry.local': { username: 'd_1234', password: 'pass/word+key' },
  'identity.local': { identityToken: 'identity-token' },
  'token.local': { registryToken: 'registry-token' },
};

beforeEach(async () => {
  progress = [];
  scripted = await startScriptedEngine();
  clock = createFakeClock();
  engine = createEngine({
    endpoint: scripted.endpoint,
    clock,
    stallTimeout: 30_000,
    credentials: { find: async (registry) => SECRETS[registry] ?? null },
  });
});

afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

function answer(...lines: object[]): void {
  scripted.answers['POST /images/create'] = lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
}

describe('pullImage', () => {
  it('asks for one tag, and reports progress up to 100', async () => {
    answer(
      { status: 'Pulling fs layer', progressDetail: {}, id: 'a' },
      { status: 'Downloading', progressDetail: { current: 30, total: 100 }, id: 'a' },
      { status: 'Downloading', progressDetail: { current: 30, total: 100 }, id: 'a' },
      { status: 'Pull complete', progressDetail: {}, id: 'a' },
      { status: 'Status: Downloaded newer image for registry.local/web:latest' },
    );
    await engine.pullImage('other.local/web', { signal, onProgress });
    expect(Object.fromEntries(scripted.requests[0]?.query ?? [])).toEqual({
      fromImage: 'other.local/web',
      tag: 'latest',
    });
    expect(scripted.requests[0]?.headers).not.toHaveProperty('x-registry-auth');
    expect(progress).toEqual([
      { percent: 0, receivedBytes: 0, totalBytes: 0 },
      { percent: 15, receivedBytes: 30, totalBytes: 100 },
      { percent: 99, receivedBytes: 100, totalBytes: 100 },
      { percent: 100, receivedBytes: 100, totalBytes: 100 },
    ]);
  });

  it.each([
    ['registry.local', { username: 'd_1234', password: 'pass/word+key' }],
    ['identity.local', { identitytoken: 'identity-token' }],
    ['token.local', { registrytoken: 'registry-token' }],
  ])('sends the credentials for %s in a header, and nowhere else', async (registry, expected) => {
    answer({ status: 'done' });
    await engine.pullImage(`${registry}/web:1`, { signal, onProgress });
    const [request] = scripted.requests;
    const header = request?.headers['x-registry-auth'];
    expect(JSON.parse(Buffer.from(String(header), 'base64url').toString())).toEqual(expected);
    expect(String(request?.query)).not.toMatch(/d_1234|pass|identity-token|registry-token/);
    expect(request?.body).toBe('');
  });

  it('throws what goes wrong in the middle, without the password', async () => {
    answer(
      { status: 'Pulling fs layer', progressDetail: {}, id: 'a' },
      {
        errorDetail: { message: 'unauthorized: pass/word+key is wrong' },
        error: 'unauthorized: pass/word+key is wrong',
      },
    );
    await expect(engine.pullImage('registry.local/web:1', { signal, onProgress })).rejects.toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reason: 'unauthorized' },
      message: 'image registry.local/web:1 cannot be pulled: unauthorized: [redacted] is wrong',
    });
    expect(progress).toHaveLength(1);
  });

  it('throws what goes wrong before it begins', async () => {
    scripted.answers['POST /images/create'] = (response) =>
      refuse(response, 404, 'manifest for web:1 not found: manifest unknown');
    await expect(engine.pullImage('web:1', { signal, onProgress })).rejects.toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reference: 'web:1', reason: 'not-found' },
    });
  });

  it('throws when the engine goes away', async () => {
    scripted.answers['POST /images/create'] = (response) => {
      response.write('{"status":"Pulling fs layer","id":"a"}\r\n', () => response.destroy());
    };
    await expect(engine.pullImage('web:1', { signal, onProgress })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
    });
  });

  it('ends the request when it is aborted', async () => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    const reason = new Error('another target');
    scripted.answers['POST /images/create'] = (response) => {
      response.on('close', closed.resolve);
      response.write('{"status":"Pulling fs layer","id":"a"}\r\n', () => controller.abort(reason));
    };
    await expect(engine.pullImage('web:1', { signal: controller.signal, onProgress })).rejects.toBe(reason);
    await closed.promise;
  });

  describe('when the connection to the registry breaks', () => {
    const begin = { status: 'Pulling fs layer', progressDetail: {}, id: 'a' };
    const got = (current: number): object => ({
      status: 'Downloading',
      progressDetail: { current, total: 100 },
      id: 'a',
    });
    const broken = { error: 'read tcp 10.0.0.2:1->10.0.0.3:443: read: connection reset by peer: dial tcp' };
    let attempts: object[][];

    beforeEach(() => {
      attempts = [];
      scripted.answers['POST /images/create'] = (response) => {
        response.end((attempts.shift() ?? []).map((line) => `${JSON.stringify(line)}\n`).join(''));
      };
    });

    /** Lets the pauses between attempts pass. */
    async function pull(): Promise<unknown> {
      const pulled = engine.pullImage('web:1', { signal, onProgress }).then(
        () => 'done',
        (error: unknown) => error,
      );
      for (;;) {
        const result = await Promise.race([pulled, setImmediate(undefined)]);
        if (result !== undefined) return result;
        if (clock.pending > 0 && progress.length > 0) clock.advance(1000);
      }
    }

    it('goes on at once as long as it gets further, and its progress does not fall', async () => {
      attempts = [
        [begin, got(30), broken],
        [begin, got(60), broken],
        [begin, got(100), { status: 'Pull complete', id: 'a' }],
      ];
      expect(await pull()).toBe('done');
      const percents = progress.map(({ percent }) => percent);
      expect(percents).toEqual(percents.toSorted((a, b) => a - b));
      expect(progress.at(-1)).toEqual({ percent: 100, receivedBytes: 190, totalBytes: 100 });
    });

    it('counts layers that the engine kept as reached', async () => {
      const kept = { status: 'Already exists', id: 'a' };
      attempts = [[begin, got(100), broken], [kept, { ...begin, id: 'b' }, { ...got(1), id: 'b' }, broken], [kept]];
      expect(await pull()).toBe('done');
    });

    it('fails once it gets no further', async () => {
      attempts = [[begin, got(30), broken], [begin, got(30), broken], [begin]];
      expect(await pull()).toMatchObject({ code: 'IMAGE_PULL_FAILED', details: { reason: 'unreachable' } });
      expect(attempts).toHaveLength(1);
    });

    it('fails at once when nothing came', async () => {
      attempts = [[broken], [begin]];
      expect(await pull()).toMatchObject({ details: { reason: 'unreachable' } });
      expect(attempts).toHaveLength(1);
    });

    it('does not try again when the disk is full', async () => {
      attempts = [[begin, got(30), { error: 'write /x: no space left on device' }], [begin]];
      expect(await pull()).toMatchObject({ code: 'NO_SPACE' });
      expect(attempts).toHaveLength(1);
    });

    it('ends while it pauses when it is aborted', async () => {
      attempts = [[begin, got(30), broken], [begin]];
      const controller = new AbortController();
      const reason = new Error('another target');
      const pulled = engine.pullImage('web:1', { signal: controller.signal, onProgress });
      while (attempts.length > 1 || clock.pending === 0) await setImmediate();
      controller.abort(reason);
      await expect(pulled).rejects.toBe(reason);
      expect(clock.pending).toBe(0);
    });
  });

  describe('when nothing comes any more', () => {
    it('ends the request, says so, and leaves no timer', async () => {
      const closed = Promise.withResolvers<void>();
      const open = Promise.withResolvers<void>();
      scripted.answers['POST /images/create'] = (response) => {
        response.on('close', closed.resolve);
        response.flushHeaders();
        open.resolve();
      };
      const pulled = engine.pullImage('web:1', { signal, onProgress });
      pulled.catch(() => undefined);
      await open.promise;
      clock.advance(30_000);
      await expect(pulled).rejects.toMatchObject({
        code: 'IMAGE_PULL_FAILED',
        details: { reference: 'web:1', reason: 'stalled' },
        message: 'image web:1 cannot be pulled: nothing came for 30 s',
      });
      await closed.promise;
      expect(clock.pending).toBe(0);
    });

    it('waits on as long as something comes', async () => {
      const open = Promise.withResolvers<ServerResponse>();
      scripted.answers['POST /images/create'] = (response) => {
        response.flushHeaders();
        open.resolve(response);
      };
      const pulled = engine.pullImage('web:1', { signal, onProgress });
      const response = await open.promise;
      response.write('{"status":"Pulling fs layer","id":"a"}\n');
      for (let current = 10; current <= 90; current += 10) {
        const before = progress.length;
        clock.advance(29_000);
        response.write(`{"status":"Downloading","progressDetail":{"current":${current},"total":100},"id":"a"}\n`);
        while (progress.length === before) await setImmediate();
        // Setting the clock does not count as silence.
        clock.jump(86_400_000);
      }
      response.end();
      await pulled;
      expect(progress.at(-1)).toEqual({ percent: 100, receivedBytes: 90, totalBytes: 100 });
    });
  });

  describe('by digest', () => {
    const reference = `registry.local/web@${DIGEST}`;
    const path = `GET /images/${reference}/json`;

    it('is done when the engine has the image under that digest', async () => {
      answer({ status: 'done' });
      scripted.answers[path] = { Id: 'sha256:1', RepoDigests: [reference], Config: {} };
      await engine.pullImage(`registry.local/web:1@${DIGEST}`, { signal, onProgress });
      expect(Object.fromEntries(scripted.requests[0]?.query ?? [])).toMatchObject({ tag: DIGEST });
    });

    it('fails when what came has another one, and takes its name away', async () => {
      answer({ status: 'done' });
      const found = `registry.local/web@sha256:${'b'.repeat(64)}`;
      scripted.answers[path] = { Id: 'sha256:1', RepoDigests: [found], Config: {} };
      scripted.answers[`DELETE /images/${reference}`] = [];
      await expect(engine.pullImage(reference, { signal, onProgress })).rejects.toMatchObject({
        code: 'IMAGE_DIGEST_MISMATCH',
        details: { reference, found: [found] },
      });
      expect(scripted.takeRequests()).toContain(`DELETE /images/${reference}`);
      expect(progress.at(-1)?.percent).not.toBe(100);
    });

    it('fails when nothing came', async () => {
      answer({ status: 'done' });
      scripted.answers[path] = (response) => refuse(response, 404, `No such image: ${reference}`);
      await expect(engine.pullImage(reference, { signal, onProgress })).rejects.toMatchObject({
        code: 'IMAGE_DIGEST_MISMATCH',
      });
    });
  });
});
