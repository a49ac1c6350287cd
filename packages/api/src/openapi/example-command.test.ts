import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createFakeWorld } from '../../test/conformance/fake-world.ts';
import { SINGLE } from '../../test/conformance/world.ts';
import { buildDocument } from './build-document.ts';
import { exampleCommand } from './example-command.ts';

const { routes } = createFakeWorld('bench:1').api.api;
const COMMANDS = Object.entries(buildDocument(routes, '17.0.0').paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) =>
    exampleCommand({ path, method: method.toUpperCase(), operation }),
  ),
);

it.each(COMMANDS)('works as the page prints it: %s', async (command) => {
  await using shell = await openShell();
  // A lock is released by its holder.
  if (command.startsWith('curl -X DELETE')) await shell.run(COMMANDS.find((one) => one.includes('ttlSeconds')) ?? '');
  expect(await shell.run(command)).toMatch(/^20[024]$/);
});

/** A shell with the variables of a container of the app with one service. */
async function openShell() {
  const world = createFakeWorld('bench:1');
  const server = await world.api.api.listen({ port: 0, host: '127.0.0.1' });
  const env = {
    PATH: process.env['PATH'],
    BALENA_SUPERVISOR_ADDRESS: `http://127.0.0.1:${server.port}`,
    BALENA_SUPERVISOR_API_KEY: world.keys.global,
    BALENA_APP_ID: String(SINGLE.id),
    BALENA_APP_UUID: SINGLE.uuid,
    BALENA_SERVICE_NAME: 'main',
  };
  return {
    /** @returns the status of the answer, as soon as its head is there */
    async run(command: string): Promise<string | undefined> {
      const curl = spawn('sh', ['-c', command.replace(/^curl/, 'exec curl -s -i')], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [chunk] = command.startsWith('curl -N') ? await once(curl.stdout, 'data') : [await text(curl.stdout)];
      curl.kill();
      return /^HTTP\/1.1 (\d+)/.exec(String(chunk))?.[1];
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
