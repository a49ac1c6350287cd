import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPackage } from './create-package.ts';
import { ScaffoldRequestError, readRequest } from './read-request.ts';

const root = join(import.meta.dirname, '../../..');
const { values, positionals } = parseArgs({
  options: { layer: { type: 'string' }, description: { type: 'string' } },
  allowPositionals: true,
});

try {
  const request = readRequest(root, { name: positionals[0], ...values });
  for (const file of createPackage(root, request)) console.log(`wrote ${file}`);
  // The lockfile names every package of the workspace.
  process.exitCode = spawnSync('pnpm', ['install'], { cwd: root, stdio: 'inherit' }).status ?? 1;
} catch (error) {
  if (!(error instanceof ScaffoldRequestError)) throw error;
  console.error(`${error.message}\nUsage: pnpm new-package <name> --layer <layer> --description "<one sentence>"`);
  process.exitCode = 2;
}
