import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../index.ts';
import { refuse, startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

let scripted: ScriptedEngine;
let engine: Engine;
let progress: number[];
const signal = new AbortController().signal;
const onProgress = (percent: number): void => void progress.push(percent);

beforeEach(async () => {
  progress = [];
  scripted = await startScriptedEngine();
  engine = createEngine({ endpoint: scripted.endpoint });
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
    await engine.pullImage('registry.local/web', { signal, onProgress });
    expect(Object.fromEntries(scripted.requests[0]?.query ?? [])).toEqual({
      fromImage: 'registry.local/web',
      tag: 'latest',
    });
    expect(progress).toEqual([0, 15, 99, 100]);
  });

  it('sends credentials in a header alone', async () => {
    answer({ status: 'done' });
    const auth = { username: 'd_1234', password: 'pass/word+key' };
    await engine.pullImage('registry.local/web:1', { signal, onProgress, auth });
    const [request] = scripted.requests;
    const header = request?.headers['x-registry-auth'];
    expect(JSON.parse(Buffer.from(String(header), 'base64url').toString())).toEqual(auth);
    expect(String(request?.query)).not.toContain('d_1234');
    expect(request?.body).toBe('');
  });

  it('throws what goes wrong in the middle, without the password', async () => {
    answer(
      { status: 'Pulling fs layer', progressDetail: {}, id: 'a' },
      { errorDetail: { message: 'unauthorized: pass-word is wrong' }, error: 'unauthorized: pass-word is wrong' },
    );
    const options = { signal, onProgress, auth: { username: 'd_1', password: 'pass-word' } };
    await expect(engine.pullImage('registry.local/web:1', options)).rejects.toMatchObject({
      code: 'IMAGE_PULL_FAILED',
      details: { reason: 'unauthorized' },
      message: 'image registry.local/web:1 cannot be pulled: unauthorized: [redacted] is wrong',
    });
    expect(progress).toEqual([0]);
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
});
