import { join, resolve } from 'node:path';
import { buildSite } from './build-site.ts';
import { SiteError } from './errors.ts';

const root = resolve(import.meta.dirname, '../../../..');
try {
  await buildSite({ root, folder: join(root, 'tooling/docs/dist/site') });
} catch (error) {
  if (!(error instanceof SiteError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
