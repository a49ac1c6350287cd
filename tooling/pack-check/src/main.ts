import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { packageCommand } from '@device-supervisor/bundle/package-app';
import { checkPacked } from './check-packed.ts';
import { checkConsumers } from './consumer/check-consumers.ts';
import { packPackage } from './pack-package.ts';

const packages = resolve('packages');
const entries = await readdir(packages, { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(packages, name));
const place = await mkdtemp(join(tmpdir(), 'pack-check-'));
try {
  const packed = await Promise.all(folders.map(async (folder) => await packPackage(folder, place)));
  const command = await packPackage(await packageCommand(resolve('.')), place);
  let isFit = true;
  for (const { name, tarball } of [...packed, command]) {
    const problems = await checkPacked(new Uint8Array(await readFile(tarball)));
    isFit &&= problems.length === 0;
    console.log(`${basename(name)}: ${problems.length === 0 ? 'fit to be published' : `\n  ${problems.join('\n  ')}`}`);
  }
  const { problems, lines } = await checkConsumers(packed, place);
  isFit &&= problems.length === 0;
  console.log(['', ...lines, ...problems].join('\n'));
  if (!isFit) process.exitCode = 1;
} finally {
  await rm(place, { recursive: true, force: true });
}
