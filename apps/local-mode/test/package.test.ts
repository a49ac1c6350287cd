import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageCommand } from '@device-supervisor/bundle/package-app';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ROOT } from './local-mode-process.ts';

/* The npm package, as a user has it: outside of the repository, with nothing of it but the native addon from npm. */

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  const packed = await packageCommand(ROOT);
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder, packed]);
  await run('tar', ['-xf', join(folder, stdout.trim()), '-C', folder]);
  await mkdir(join(folder, 'package/node_modules'));
  await symlink(
    join(ROOT, 'apps/supervisor/node_modules/better-sqlite3'),
    join(folder, 'package/node_modules/better-sqlite3'),
  );
});

afterAll(async () => {
  await type('down', '--volumes');
  await rm(folder, { recursive: true });
});

async function type(...args: string[]) {
  return await run(process.execPath, [join(folder, 'package/bin/local-mode.mjs'), ...args], {
    cwd: join(folder, 'project'),
    env: { PATH: process.env['PATH'], DOCKER_HOST: inject('engineEndpoint'), XDG_STATE_HOME: join(folder, 'state') },
  });
}

it('runs the project of the working directory, keeps its state in the home of the user, and names itself', async () => {
  await mkdir(join(folder, 'project'));
  await writeFile(
    join(folder, 'project/compose.yaml'),
    `services:
  one:
    build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox\\nCMD [\\"/busybox\\", \\"sleep\\", \\"1000\\"]", x-busybox: true }
    stop_grace_period: 0s
`,
  );
  const { stdout } = await type('--detach', '--port', '0');
  expect(stdout).toMatch(/one +running/);
  expect(stdout).toMatch(/^stop +local-mode down$/m);
  const page = /^page +(http:\/\/localhost:\d+\/)/m.exec(stdout)?.[1] ?? '';
  expect(await (await fetch(page)).text()).toContain('<div id="app">');
  expect((await type('ps')).stdout).toMatch(/one +Running/);
  expect((await type('doctor')).stdout).toContain(join(folder, 'state/local-mode'));
  expect((await type('down')).stdout).toMatch(/Stopped\n$/);
});
