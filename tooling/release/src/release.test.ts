import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { copyTree } from './copy-tree.ts';
import { release } from './release.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');

it('gives one version to the product, its apps and its packages, and each change one line', async () => {
  await using copy = await copyTree(ROOT);
  const { to, changesets } = await release(copy.folder);
  const versions = new Set<string>();
  for await (const file of glob(['package.json', '*/*/package.json'], { cwd: copy.folder })) {
    versions.add(/"version": "([^"]+)"/.exec(await readFile(join(copy.folder, file), 'utf8'))?.[1] ?? file);
  }
  expect([...versions]).toEqual([to]);
  const changelog = await readFile(join(copy.folder, 'CHANGELOG.md'), 'utf8');
  expect(changelog.startsWith(`# Changelog\n\n## ${to}\n`)).toBe(true);
  expect(changelog.match(/^- /gm)?.length).toBeGreaterThanOrEqual(changesets.length);
  await expect(release(copy.folder)).rejects.toThrow('there is nothing to release');
});

it('is shown by a dry run, which changes nothing', async () => {
  const status = async (): Promise<string> => (await run('git', ['status', '--porcelain'], { cwd: ROOT })).stdout;
  const before = await status();
  const program = join(ROOT, 'tooling/release/src/main.ts');
  const { stdout } = await run(process.execPath, [program, '--dry-run'], { cwd: ROOT });
  expect(stdout).toMatch(/^device-supervisor \d+\.\d+\.\d+ → \d+\.\d+\.\d+, \d+ changes:\n/);
  expect(await status()).toBe(before);
});
