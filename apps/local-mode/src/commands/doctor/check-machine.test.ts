import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { typeCommand } from '../../testing/type-command.ts';
import { askBuilder } from './check-engine.ts';
import { checkNode, diskCheck } from './check-machine.ts';

it.each([
  ['24.0.0', 'ok'],
  ['26.1.0', 'ok'],
  ['22.12.0', 'failed'],
] as const)('Node.js %s is %s', (version, status) => {
  expect(checkNode(version)).toMatchObject({ status });
});

it.each([
  [0.4e9, 'failed'],
  [2e9, 'warning'],
  [9e9, 'ok'],
] as const)('%d bytes are %s', (free, status) => {
  expect(diskCheck(free, '/data')).toMatchObject({ status });
});

it('tells a builder by whether the engine opens a session for a build', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'builder-'));
  const server = createServer((_, answer) => answer.writeHead(404).end('{"message":"page not found"}'));
  server.listen(join(folder, 'engine.sock'));
  await once(server, 'listening');
  expect(await askBuilder(`unix://${folder}/engine.sock`)).toBe('classic');
  server.on('upgrade', (_, socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'),
  );
  expect(await askBuilder(`unix://${folder}/engine.sock`)).toBe('buildkit');
  expect(await askBuilder(`unix://${folder}/none.sock`)).toBe('silent');
  server.close();
  await rm(folder, { recursive: true });
});

it('finds what a killed session has left, and an engine that does not answer', async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'doctor-'));
  const ended = { pid: 1, startTime: 'never', scope: 'another boot' };
  await writeFile(
    join(stateFolder, 'session.json'),
    JSON.stringify({
      version: 2,
      owner: null,
      engine: { endpoint: 'unix:///nowhere.sock', kind: 'system' },
      supervisor: { process: ended, port: 1, setup: '' },
      madeSupervisorNetwork: false,
      project: null,
      volumes: [],
    }),
  );
  const environment = { DOCKER_HOST: 'unix:///nowhere.sock' };
  const { exitCode, output } = await typeCommand(['doctor'], { stateFolder, environment });
  expect(exitCode).toBe(6);
  expect(output).toMatch(/✖ engine +DOCKER_HOST is set to unix:\/\/\/nowhere\.sock.*\n +remedy: Start the engine/);
  expect(output).toMatch(/! leftovers +the record of a supervisor that has ended\n +remedy: Run local-mode down/);
  await rm(stateFolder, { recursive: true });
});
