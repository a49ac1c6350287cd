import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiUnreachableError } from '@device-supervisor/api-client';
import { createLocalClient, type SupervisorClient } from './supervisor-client.ts';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A supervisor that answers like this. */
async function fakeSupervisor(
  answers: Readonly<Record<string, (response: ServerResponse, body: string) => void>>,
): Promise<SupervisorClient> {
  server = createServer((request, response) => {
    const answer = answers[`${request.method} ${request.url}`];
    void text(request).then((body) =>
      answer === undefined ? response.writeHead(404).end('{}') : answer(response, body),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return createLocalClient(typeof address === 'object' && address !== null ? address.port : 0);
}

const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));

describe('createLocalClient', () => {
  it('reads the local app of the state, and a service that is updated once', async () => {
    const blocked = [
      { appId: 1, service: 'web', reason: 'locked', message: 'the service holds its update lock' },
      { appId: 7, service: 'web', reason: 'locked', message: 'another app' },
    ];
    const service = (status: string, downloadProgress: number | null) => ({ name: 'web', status, downloadProgress });
    const client = await fakeSupervisor({
      'GET /v3/state': json({
        status: 'success',
        applying: true,
        apps: [
          { appId: 7, services: [service('Running', null)] },
          { appId: 1, services: [service('Downloading', 42), service('Running', null)] },
        ],
        blocked,
      }),
    });
    expect(await client.status()).toMatchObject({
      applying: true,
      services: new Map([['web', { status: 'Downloading', downloadProgress: 42 }]]),
      blocked: [{ service: 'web', message: 'the service holds its update lock' }],
    });
  });

  it('streams the ends of operations', async () => {
    const operation = { id: 'pull web', kind: 'pull-image', service: 'web' };
    const events = [
      ['operation-started', operation],
      ['operation-finished', { ...operation, result: 'failed', error: { message: 'no such host' }, retryIn: 1000 }],
      ['operation-finished', { ...operation, result: 'done', retryIn: null }],
    ] as const;
    const client = await fakeSupervisor({
      'GET /v3/events': (response) =>
        response.end(events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('')),
    });
    const ends = [];
    for await (const end of await client.operations(new AbortController().signal)) {
      ends.push(end);
      if (ends.length === 2) break;
    }
    expect(ends).toEqual([
      { ...operation, failure: 'no such host', isRetried: true },
      { ...operation, failure: null, isRetried: false },
    ]);
  });

  it('posts a target with the name and the configuration that the device has', async () => {
    let posted = '';
    const client = await fakeSupervisor({
      'GET /v2/local/target-state': json({ state: { local: { name: 'device', config: { A: '1' }, apps: {} } } }),
      'POST /v2/local/target-state': (response, body) => {
        posted = body;
        response.end('{"status":"success"}');
      },
    });
    await client.setTarget({ local: { ...(await client.device()), apps: {} } });
    expect(JSON.parse(posted)).toEqual({ local: { name: 'device', config: { A: '1' }, apps: {} } });
  });

  it('reports why a target is refused', async () => {
    const client = await fakeSupervisor({
      'POST /v2/local/target-state': (response) =>
        void response.writeHead(400).end('{"status":"failed","message":"local.apps: is missing"}'),
    });
    await expect(client.setTarget({ local: { apps: {} } })).rejects.toThrow(
      'POST /v2/local/target-state: 400 local.apps: is missing',
    );
  });

  it('reports a missing answer', async () => {
    const client = await fakeSupervisor({});
    expect(await client.isAlive()).toBe(false);
    server.close();
    await once(server, 'close');
    await expect(client.device()).rejects.toThrow(ApiUnreachableError);
    await expect(client.operations(new AbortController().signal)).rejects.toThrow(ApiUnreachableError);
    expect(await client.isAlive()).toBe(false);
  });

  it('reads log lines until the signal is aborted, also of a second connection', async () => {
    const line = { message: 'hello', timestamp: 1 };
    const client = await fakeSupervisor({
      'GET /v2/local/logs': (response) => {
        response.write('{"message":"Streaming logs","isSystem":true}\n');
        response.end(`${JSON.stringify({ ...line, serviceName: 'web', isStdErr: true })}\n${JSON.stringify(line)}\n`);
      },
    });
    const end = new AbortController();
    const lines = [];
    for await (const one of await client.logs(end.signal)) {
      lines.push(one);
      if (lines.length === 3) end.abort();
    }
    const ofWeb = { message: 'hello', service: 'web', isSystem: false, isStdErr: true };
    const ofNone = { message: 'hello', service: null, isSystem: false, isStdErr: false };
    expect(lines.slice(0, 3)).toEqual([ofWeb, ofNone, ofWeb]);
  });

  it('reports why there are no lines', async () => {
    const client = await fakeSupervisor({});
    await expect(client.logs(new AbortController().signal)).rejects.toThrow('GET /v2/local/logs: 404');
  });
});
