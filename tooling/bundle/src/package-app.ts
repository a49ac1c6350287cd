import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { bundleApp } from './bundle-app.ts';

const AppManifest = z.object({
  name: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  homepage: z.string(),
  bugs: z.string(),
  license: z.string(),
  repository: z.record(z.string(), z.string()),
  type: z.string(),
  bin: z.record(z.string(), z.string()),
});
const Versioned = z.object({ version: z.string() });

/** The folders of the apps that the package of local mode has: its command, and the program that this runs. */
const COMMAND = 'apps/local-mode';
const SUPERVISOR = 'apps/supervisor';
/** Native addon of the supervisor: all that npm has to install beside the bundles. */
const ADDON = 'better-sqlite3';

/**
 * Writes the npm package of the command `local-mode` to `apps/local-mode/dist/package`: both bundles, the page, the
 * launcher. It depends on nothing of this workspace.
 *
 * @param root of the repository
 * @returns absolute path of the package's folder, for `npm pack`
 */
export async function packageCommand(root: string): Promise<string> {
  const app = join(root, COMMAND);
  const supervisor = join(root, SUPERVISOR);
  const target = join(app, 'dist/package');
  const bundles = [await bundleApp(app), await bundleApp(supervisor)];
  await rm(target, { recursive: true, force: true });
  await mkdir(join(target, 'dist/supervisor'), { recursive: true });
  await cp(join(app, 'bin'), join(target, 'bin'), { recursive: true });
  await cp(join(app, 'dist/main.cjs'), join(target, 'dist/main.cjs'));
  await cp(join(supervisor, 'dist/main.cjs'), join(target, 'dist/supervisor/main.cjs'));
  await cp(join(supervisor, 'dist/page'), join(target, 'dist/supervisor/page'), { recursive: true });
  await cp(join(app, 'README.md'), join(target, 'README.md'));
  await cp(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const addon = await readJson(join(supervisor, 'node_modules', ADDON, 'package.json'), Versioned);
  const { version } = bundles[0]?.build ?? { version: '0.0.0' };
  const manifest = {
    ...(await readJson(join(app, 'package.json'), AppManifest)),
    version,
    files: ['bin', 'dist'],
    dependencies: { [ADDON]: `^${addon.version}` },
    engines: { node: '>=24' },
    os: ['linux'],
  };
  await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return target;
}

async function readJson<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  return schema.parse(JSON.parse(await readFile(path, 'utf8')));
}
