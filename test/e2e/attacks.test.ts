import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request, type IncomingHttpHeaders } from 'node:http';
import {
  startAppFixture,
  startSupervisor,
  waitFor,
  type AppFixture,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const APP = 90_047;
const WANTS_KEY = { labels: { 'io.balena.features.supervisor-api': '1' } };

let fixture: AppFixture;
let supervisor: SupervisorProcess;
beforeAll(async () => {
  fixture = await startAppFixture(APP);
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function start(): Promise<void> {
  // All addresses, as on a device: containers reach it by their bridge.
  supervisor = await startSupervisor({
    engineEndpoint: fixture.engine.endpoint,
    environment: { LISTEN_ADDRESSES: '' },
  });
}

async function end(): Promise<void> {
  await supervisor.apply({});
  await supervisor[Symbol.asyncDispose]();
}

interface Attack {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends what browsers and `fetch` do not let a client send. */
async function send({ method, path, headers = {}, body }: Attack): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(supervisor.url(path), { method, headers, agent: false }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => void (text += String(chunk)));
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    answer.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return await promise;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_BODY = { 'content-type': 'application/json' };
const EMPTY_TARGET = '{"local":{"apps":{}}}';

describe('a web page of another site', () => {
  // Nothing that it sends may change anything: one supervisor stays as it is through all of it.
  beforeAll(async () => {
    await start();
    await supervisor.apply(fixture.target({ web: {} }));
  });
  afterAll(end);

  it.each<Attack>([
    { method: 'POST', path: '/v1/purge', headers: { ...FORM, origin: 'http://evil.example' }, body: `appId=${APP}` },
    { method: 'POST', path: '/v1/reboot', headers: { ...FORM, origin: 'null' }, body: 'force=true' },
    { method: 'POST', path: '/v1/shutdown', headers: { ...FORM, 'sec-fetch-site': 'cross-site' } },
    {
      method: 'POST',
      path: '/v2/local/target-state',
      headers: { ...JSON_BODY, host: 'evil.example' },
      body: EMPTY_TARGET,
    },
    {
      method: 'POST',
      path: '/v2/local/target-state',
      headers: { ...JSON_BODY, host: 'evil.example:48484' },
      body: EMPTY_TARGET,
    },
    { method: 'GET', path: '/v2/cleanup-volumes', headers: { 'sec-fetch-site': 'cross-site' } },
    { method: 'GET', path: '/v2/cleanup-volumes', headers: { host: 'evil.example' } },
    { method: 'GET', path: '/v2/local/target-state', headers: { origin: 'http://evil.example' } },
    { method: 'GET', path: '/v2/local/logs', headers: { host: '127.0.0.1.evil.example' } },
    { method: 'GET', path: '/v3/events', headers: { origin: 'https://127.0.0.1:1' } },
  ])('may not: $method $path $headers', async (attack) => {
    const before = await supervisor.containers();
    const answer = await send(attack);
    expect(answer.status).toBe(403);
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['web_1_1_c1 running']);
    expect(await supervisor.containers()).toEqual(before);
  });

  it.each<Attack>([
    { method: 'HEAD', path: '/v2/cleanup-volumes' },
    { method: 'GET', path: '/v1/purge' },
    { method: 'GET', path: '/v1/reboot' },
    { method: 'HEAD', path: '/v1/restart' },
  ])('changes nothing by reading: $method $path', async (attack) => {
    expect((await send(attack)).status).toBe(405);
  });
});

/** Sends a request to the supervisor from the container. @returns the output of wget */
async function fromContainer(container: string, path: string, options = ''): Promise<string> {
  const { port } = new URL(supervisor.url('/'));
  const script = `gateway=$(ip route | awk '/default/ {print $3}'); wget -q -S -O - ${options} "http://$gateway:${port}${path}" 2>&1`;
  return await fixture.exec(container, script);
}

async function keyOf(container: string): Promise<string> {
  return (await fixture.exec(container, 'echo $BALENA_SUPERVISOR_API_KEY')).trim();
}

describe('a container', () => {
  beforeEach(start);
  afterEach(end);

  it('needs a key though people need none, and has it no longer when its service, or label, is gone', async () => {
    await supervisor.apply(fixture.target({ web: WANTS_KEY, plain: {} }));
    expect(await fromContainer('plain_2_1_c1', '/v2/version')).toContain('401');
    expect(await fromContainer('plain_2_1_c1', '/v1/purge', `--post-data 'appId=${APP}'`)).toContain('401');
    const key = await keyOf('web_1_1_c1');
    expect(await fromContainer('web_1_1_c1', `/v2/version?apikey=${key}`)).toContain('"version"');
    await supervisor.apply(fixture.target({ web: {}, plain: {} }));
    expect(await fromContainer('plain_2_1_c1', `/v2/version?apikey=${key}`)).toContain('401');
  });

  it('reads a stream no longer than its key is good', async () => {
    await supervisor.apply(fixture.target({ web: WANTS_KEY }));
    const key = await keyOf('web_1_1_c1');
    const stream = await fetch(supervisor.url(`/v3/events?apikey=${key}`));
    expect(stream.status).toBe(200);
    const ended = (async () => {
      for await (const _ of stream.body ?? []) continue;
      return 'ended';
    })();
    await supervisor.apply(fixture.target({ web: {} }));
    expect(await ended).toBe('ended');
  });
});

describe('clients that ask for too much', () => {
  // Each of them looks at the most memory that its supervisor had.
  beforeEach(start);
  afterEach(end);

  it('get 429 for streams, and the others are served', async () => {
    const stop = new AbortController();
    const paths = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? '/v3/events' : '/v2/local/logs'));
    const answers = await Promise.all(paths.map((path) => fetch(supervisor.url(path), { signal: stop.signal })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect((await fetch(supervisor.url('/ping'))).status).toBe(200);
    stop.abort();
  });

  it('get 429 for journals, each of which is a process', async () => {
    const stop = new AbortController();
    const ask = () =>
      fetch(supervisor.url('/v2/journal-logs'), {
        method: 'POST',
        headers: JSON_BODY,
        body: '{"follow":true,"all":true}',
        signal: stop.signal,
      });
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(90);
    expect((await childrenOf(supervisor.pid)).length).toBeLessThanOrEqual(10);
    stop.abort();
    await waitFor('the journals to be closed', () => childrenOf(supervisor.pid), {
      until: ({ length }) => length === 0,
    });
  });

  it('get 400 for documents without end, in little time and memory', async () => {
    const environment = Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`A${index}`, 1]));
    const service = { imageId: 1, serviceName: 'web', image: 'x:1', environment, labels: {} };
    const deep = `${'{"a":'.repeat(400)}1${'}'.repeat(400)}`;
    const bodies = [
      JSON.stringify({ local: { apps: { 1: { name: 'a', commit: 'c', services: { 1: service } } } } }),
      `{"local":{"apps":{"1":{"name":"a","commit":"c","services":{"1":{"imageId":1,"serviceName":"web","image":"x:1","contract":${deep}}}}}}}`,
      `{"local":${'['.repeat(5_000_000)}`,
      `{"local":[${'{},'.repeat(3_000_000)}1]}`,
    ];
    for (const body of bodies) {
      expect((await supervisor.post('/v2/local/target-state', body)).status).toBe(400);
    }
    expect(await peakMemory(supervisor.pid)).toBeLessThan(180);
  });

  it('hold little memory with 100 uploads that do not end, and an action goes on beside them', async () => {
    await supervisor.apply(fixture.target({ web: {} }));
    const uploads = Array.from({ length: 100 }, () => {
      const headers = { ...JSON_BODY, 'content-length': 10_000_000 };
      const outgoing = request(supervisor.url('/v2/local/target-state'), { method: 'POST', headers, agent: false });
      outgoing.on('error', () => undefined);
      outgoing.write(Buffer.alloc(9_000_000, ' '));
      return outgoing;
    });
    const options = { method: 'POST', headers: JSON_BODY, body: '{"serviceName":"web"}' };
    const restarted = await fetch(supervisor.url(`/v2/applications/${APP}/restart-service`), options);
    expect(restarted.status).toBe(200);
    expect(await peakMemory(supervisor.pid)).toBeLessThan(180);
    for (const outgoing of uploads) outgoing.destroy();
  });
});

describe('a supervisor', () => {
  beforeEach(start);
  afterEach(end);

  it('of a registered device whose config.json lost its apiEndpoint asks for a key', async () => {
    const boot = await mkdtemp(join(tmpdir(), 'boot-'));
    const config = { uuid: 'a'.repeat(32), deviceApiKey: 'b'.repeat(32), registered_at: 1, apiEndpoint: '' };
    await writeFile(join(boot, 'config.json'), JSON.stringify(config));
    const environment = { BOOT_MOUNTPOINT: boot };
    await supervisor.kill();
    await using device = await startSupervisor({ engineEndpoint: fixture.engine.endpoint, environment });
    for (const path of ['/v2/version', '/v2/local/target-state', '/v2/state/status'])
      expect((await fetch(device.url(path))).status).toBe(401);
    const options = { method: 'POST', headers: JSON_BODY, body: EMPTY_TARGET };
    expect((await fetch(device.url('/v2/local/target-state'), options)).status).toBe(401);
    const key = (await readFile(join(device.directory, 'data/api-key'), 'utf8')).trim();
    expect((await fetch(device.url(`/v2/version?apikey=${key}`))).status).toBe(200);
    await rm(boot, { recursive: true });
    await device.kill();
    await supervisor.start();
  });

  it('whose stream clients came and went ends with 0', async () => {
    for (const path of ['/v3/events', '/v2/local/logs', '/v3/events']) {
      const stop = new AbortController();
      await fetch(supervisor.url(path), { signal: stop.signal });
      stop.abort();
    }
    const open = await fetch(supervisor.url('/v3/events'));
    expect(await supervisor.terminate()).toBe(0);
    await open.text();
    expect(supervisor.output()).not.toContain('ERR_INVALID_STATE');
    await supervisor.start();
  });
});

/** Ids of the processes that a process began. */
async function childrenOf(pid: number): Promise<number[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const statuses = await Promise.allSettled(processes.map((id) => readFile(`/proc/${id}/status`, 'utf8')));
  return statuses.flatMap((one, index) =>
    one.status === 'fulfilled' && one.value.includes(`PPid:\t${pid}\n`) ? [Number(processes[index])] : [],
  );
}

/** Megabytes that a process had resident at most. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
