import { startSupervisor, startTestEngine, type SupervisorProcess, type TestEngine } from '@device-supervisor/testbed';
import * as fc from 'fast-check';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import type { OpenApiDocument } from '../src/openapi/document.ts';
import { arbitraryRequest } from './fuzz/arbitrary-request.ts';
import { memoryAtRest } from './fuzz/live-memory.ts';

/** Requests of each half; the first one brings everything into memory that stays there. */
const REQUESTS = 2600;
/** Bytes that a process may grow by while it answers as many requests again. */
const GROWTH_ALLOWED = 8_000_000;
const INSPECTOR = /ws:\S+/;

let engine: TestEngine;
let supervisor: SupervisorProcess;
let key: string;
let bootMount: string;

beforeAll(async () => {
  engine = await startTestEngine();
  // Of a device without a cloud, whose bus is away.
  bootMount = await mkdtemp(join(tmpdir(), 'boot-'));
  await writeFile(join(bootMount, 'config.json'), JSON.stringify({ deviceType: 'generic-amd64' }));
  supervisor = await startSupervisor({
    nodeArguments: ['--inspect=127.0.0.1:0'],
    engineEndpoint: engine.endpoint,
    environment: {
      REQUIRE_API_KEY: '1',
      BOOT_MOUNTPOINT: bootMount,
      DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere/system_bus_socket',
    },
  });
  key = (await readFile(join(supervisor.directory, 'data/api-key'), 'utf8')).trim();
});

afterAll(async () => {
  await supervisor[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await rm(bootMount, { recursive: true });
});

it('asks for a key in local mode when it is to, and keeps its own where root alone reads it', async () => {
  expect((await fetch(supervisor.url('/v2/version'))).status).toBe(401);
  const response = await fetch(supervisor.url('/v2/version'), { headers: { 'x-request-id': 'mine-1' } });
  expect([response.status, response.headers.get('x-request-id')]).toEqual([401, 'mine-1']);
  const answered = await fetch(supervisor.url(`/v2/version?apikey=${key}`));
  expect([answered.status, answered.headers.get('x-request-id')]).toEqual([
    200,
    expect.stringMatching(/^[0-9a-f]{8}-\d+$/),
  ]);
  // Of the contract: the public client refuses older versions, and this product counts its own from the start.
  expect(await answered.json()).toEqual({ status: 'success', version: '17.8.0' });
  expect((await stat(join(supervisor.directory, 'data/api-key'))).mode & 0o777).toBe(0o600);
});

it('replaces its key at once, and in the file', async () => {
  const old = key;
  key = await (await fetch(supervisor.url(`/v1/regenerate-api-key?apikey=${old}`), { method: 'POST' })).text();
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect((await fetch(supervisor.url(`/v2/version?apikey=${old}`))).status).toBe(401);
  expect((await fetch(supervisor.url(`/v2/version?apikey=${key}`))).status).toBe(200);
  await expect.poll(async () => (await readFile(join(supervisor.directory, 'data/api-key'), 'utf8')).trim()).toBe(key);
});

it('says what a host without a bus cannot do, and names the request where it reports a fault', async () => {
  const response = await fetch(supervisor.url(`/v2/device/vpn?apikey=${key}`), {
    headers: { 'x-request-id': 'vpn-1' },
  });
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'failed', message: expect.stringMatching(/bus/i) });
  expect(supervisor.output()).toContain('Fault (GET /v2/device/vpn, request vpn-1): ');
  expect(supervisor.output()).not.toContain(key);
});

it('answers whatever is sent, leaks nothing and lives on', async () => {
  const document = z
    .custom<OpenApiDocument>((value) => typeof value === 'object')
    .parse(await supervisor.get('/v3/openapi.json'));
  const requests = arbitraryRequest(document, {
    keys: [key],
    parameters: { appId: ['1', '90199'], uuid: ['1'], service: ['main'] },
    // Those that would take the machine down, the key away, or never end.
    without: [
      'POST /v1/reboot',
      'POST /v1/shutdown',
      'POST /v1/regenerate-api-key',
      'POST /v2/journal-logs',
      'GET /v2/local/logs',
      'GET /v3/events',
    ],
  });
  const { pid } = supervisor;
  const undocumented: string[] = [];
  const attack = async (seed: number): Promise<void> =>
    fc.assert(
      fc.asyncProperty(requests, async ({ method, route, path, headers, body }) => {
        const response = await fetch(supervisor.url(path), { method, headers, ...(body === null ? {} : { body }) });
        const text = await response.text();
        const known = document.paths[route]?.[method.toLowerCase()]?.responses ?? {};
        const isKnown = String(response.status) in known || response.status === 404;
        if (!isKnown || /internal error|\.cjs:\d+/.test(text))
          undocumented.push(`${method} ${path} ${response.status} ${text}`);
      }),
      { numRuns: REQUESTS, seed },
    );
  await attack(1);
  const inspector = INSPECTOR.exec(supervisor.output())?.[0] ?? '';
  const before = await memoryAtRest(inspector);
  await attack(2);
  expect(undocumented).toEqual([]);
  const growth = (await memoryAtRest(inspector)) - before;
  expect(growth).toBeLessThan(GROWTH_ALLOWED);
  expect([await supervisor.get('/v3/health/live'), supervisor.pid]).toEqual([{ healthy: true }, pid]);
});
