import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkPacked } from './check-packed.ts';
import { packPackage } from './pack-package.ts';

const packages = resolve('packages');
const entries = await readdir(packages, { withFileTypes: true });
const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
for (const name of names) {
  const problems = await checkPacked(await packPackage(join(packages, name)));
  if (problems.length > 0) process.exitCode = 1;
  console.log(`${name}: ${problems.length === 0 ? 'fit to be published' : `\n  ${problems.join('\n  ')}`}`);
}
