import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkHealth } from './check-health.ts';

let directory: string;
let configJsonPath: string;
let server: Server;
let port: number;
let status: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'health-'));
  configJsonPath = join(directory, 'config.json');
  status = 200;
  server = createServer((request, response) => {
    response.statusCode = request.url === '/v1/healthy' ? status : 404;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

it('has nothing to report of a supervisor that is healthy', async () => {
  expect(await checkHealth({ listenPort: port, configJsonPath })).toBeNull();
});

it.each([
  ['number', (at: number) => `{"listenPort": ${at}}`] as const,
  ['text', (at: number) => `{"listenPort":"${at}"}`],
])('finds its port in config.json, as a %s', async (_, content) => {
  writeFileSync(configJsonPath, content(port));
  expect(await checkHealth({ listenPort: null, configJsonPath })).toBeNull();
});

it('reports a supervisor that is not healthy', async () => {
  status = 500;
  expect(await checkHealth({ listenPort: port, configJsonPath })).toContain('answers 500');
});

it('reports that nothing answers', async () => {
  server.close();
  await once(server, 'close');
  expect(await checkHealth({ listenPort: port, configJsonPath })).toContain(`nothing answers on port ${port}`);
});
