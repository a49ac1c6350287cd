import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPage } from './open-page.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'open-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('opens the page with the first program that is there', async () => {
  const program = join(directory, 'wslview');
  await writeFile(program, `#!/bin/sh\nprintf %s "$1" > ${directory}/opened\n`);
  await chmod(program, 0o755);
  expect(await openPage('http://localhost:48484/', { PATH: directory })).toBe(true);
  await expect.poll(() => readFile(join(directory, 'opened'), 'utf8').catch(() => '')).toBe('http://localhost:48484/');
});

it('says that there is no such program', async () => {
  expect(await openPage('http://localhost:48484/', { PATH: directory })).toBe(false);
});
