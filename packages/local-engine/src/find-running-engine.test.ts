import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfiguredEngineError } from './errors.ts';
import { findConfiguredEngine, findSystemEngine } from './find-running-engine.ts';

const answers: RequestListener = (request, response) => {
  response.writeHead(request.url === '/_ping' ? 200 : 404).end('OK');
};

let directory: string;
let resources: AsyncDisposableStack;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  directory = await mkdtemp(join(tmpdir(), 'find-engine-'));
  resources.defer(() => rm(directory, { recursive: true }));
});

afterEach(() => resources.disposeAsync());

async function listen(name: string, listener: RequestListener): Promise<string> {
  const path = join(directory, name);
  const server = resources.use(createServer(listener));
  server.listen(path);
  await once(server, 'listening');
  resources.defer(() => server.closeAllConnections());
  return path;
}

describe('findConfiguredEngine', () => {
  it('finds nothing when the environment names nothing', async () => {
    expect(await findConfiguredEngine({ DOCKER_HOST: '', PATH: '/bin' })).toBeUndefined();
  });

  it('prefers DOCKER_HOST to DOCKER_SOCKET', async () => {
    const [host, socket] = [await listen('host', answers), await listen('socket', answers)];
    expect(await findConfiguredEngine({ DOCKER_SOCKET: socket })).toEqual({
      variable: 'DOCKER_SOCKET',
      endpoint: `unix://${socket}`,
    });
    expect(await findConfiguredEngine({ DOCKER_SOCKET: socket, DOCKER_HOST: `unix://${host}` })).toEqual({
      variable: 'DOCKER_HOST',
      endpoint: `unix://${host}`,
    });
  });

  it('reaches an engine over TCP', async () => {
    const server = resources.use(createServer(answers));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await findConfiguredEngine({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toMatchObject({
      endpoint: `tcp://127.0.0.1:${port}`,
    });
  });

  it('names the variable when nothing listens there', async () => {
    const failure = findConfiguredEngine({ DOCKER_HOST: `unix://${directory}/gone.sock` });
    await expect(failure).rejects.toThrow(ConfiguredEngineError);
    await expect(failure).rejects.toMatchObject({
      code: 'CONFIGURED_ENGINE_UNREACHABLE',
      details: { variable: 'DOCKER_HOST' },
      message: expect.stringMatching(/^DOCKER_HOST is set to unix:\/\/.*ENOENT/),
    });
  });

  it('names the variable when it has a form that is not understood', async () => {
    await expect(findConfiguredEngine({ DOCKER_HOST: 'ssh://device' })).rejects.toMatchObject({
      details: { variable: 'DOCKER_HOST', value: 'ssh://device', reason: expect.stringContaining('unix://') },
    });
  });

  it('does not take another server for an engine', async () => {
    const socket = await listen('web', (_, response) => response.writeHead(404).end());
    await expect(findConfiguredEngine({ DOCKER_SOCKET: socket })).rejects.toMatchObject({
      details: { variable: 'DOCKER_SOCKET', reason: 'GET /_ping answered 404' },
    });
  });

  it('does not wait for an engine that hangs', async () => {
    const socket = await listen('hung', () => undefined);
    await expect(findConfiguredEngine({ DOCKER_SOCKET: socket })).rejects.toMatchObject({
      details: { reason: 'no answer within 2 seconds' },
    });
  });

  it('gives up when asked to', async () => {
    const socket = await listen('hung', () => undefined);
    const controller = new AbortController();
    const finding = findConfiguredEngine({ DOCKER_SOCKET: socket }, controller.signal);
    controller.abort(new Error('changed my mind'));
    await expect(finding).rejects.toThrow('changed my mind');
  });
});

describe('findSystemEngine', () => {
  it('takes the first socket that answers, and tells about those before it', async () => {
    const absent = join(directory, 'absent.sock');
    const dead = join(directory, 'dead.sock');
    await writeFile(dead, '');
    const [first, second] = [await listen('first', answers), await listen('second', answers)];
    expect(await findSystemEngine([absent, dead, first, second])).toEqual({
      socketPath: first,
      tried: [
        { path: absent, outcome: 'absent' },
        { path: dead, outcome: expect.stringContaining('ECONNREFUSED') },
      ],
    });
  });

  it('finds nothing where nothing is', async () => {
    expect(await findSystemEngine([join(directory, 'a'), join(directory, 'b')])).toMatchObject({
      socketPath: undefined,
    });
  });
});
