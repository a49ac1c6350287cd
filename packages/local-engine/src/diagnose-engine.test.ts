import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diagnoseEngine } from './diagnose-engine.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diagnose-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function openEngine(): Promise<{ readonly path: string } & Disposable> {
  const path = join(folder, 'engine.sock');
  const server = createServer((_, answer) => answer.end('OK')).listen(path);
  await once(server, 'listening');
  return { path, [Symbol.dispose]: () => void server.close() };
}

it('names the configured engine first, and says when it does not answer', async () => {
  using engine = await openEngine();
  expect(await diagnoseEngine({ DOCKER_HOST: `unix://${engine.path}` }, [])).toEqual({
    kind: 'running',
    endpoint: `unix://${engine.path}`,
    description: `the engine at unix://${engine.path} (DOCKER_HOST)`,
  });
  expect(await diagnoseEngine({ DOCKER_HOST: `unix://${folder}/none` }, [engine.path])).toMatchObject({
    kind: 'unusable',
    problem: expect.stringContaining('DOCKER_HOST'),
    remedy: expect.stringContaining('Start the engine'),
  });
});

it("names the machine's engine next, and without any what can be done, which it does not do", async () => {
  using engine = await openEngine();
  expect(await diagnoseEngine({}, [join(folder, 'none'), engine.path])).toMatchObject({
    kind: 'running',
    endpoint: `unix://${engine.path}`,
  });
  // Root with the programs of an engine, or apt-get, could start one; another user could not.
  const { kind } = await diagnoseEngine({ PATH: folder }, []);
  expect(kind).toBe(process.getuid?.() === 0 ? 'startable' : 'unusable');
});
