import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PackedPackage } from '../pack-package.ts';
import { allowedBuilds } from './allowed-builds.ts';

const run = promisify(execFile);

/** A project outside of the workspace that has installed every package from its tarball. */
export interface Consumer {
  readonly manager: 'npm' | 'pnpm';
  /** Absolute path. */
  readonly folder: string;
  /** Modules to import, e.g. `@device-supervisor/engine/testing`. */
  readonly specifiers: readonly string[];
}

export interface ConsumerOptions {
  readonly manager: Consumer['manager'];
  /** Absolute path of an empty folder. */
  readonly folder: string;
  readonly packages: readonly PackedPackage[];
  /** Dependencies of the project besides the packages. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Makes a project with the settings that a new project has, and installs all packages in it. For pnpm it has the
 * `allowBuilds` lines that the READMEs of the packages give, and no others: without them the installation fails.
 *
 * @throws Error when the installation fails, with its output
 */
export async function createConsumer({ manager, folder, packages, dependencies }: ConsumerOptions): Promise<Consumer> {
  const tarballs = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: { ...tarballs, ...dependencies },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  if (manager === 'pnpm') {
    const builds = await Promise.all(packages.map(async (one) => allowedBuilds(await readmeOf(one))));
    // Without a registry that has them, packages find each other by their tarballs.
    const overrides = Object.entries(tarballs).map(([name, file]) => `  '${name}': ${file}`);
    const settings = ['overrides:', ...overrides, 'allowBuilds:', ...new Set(builds.flat().map((line) => `  ${line}`))];
    await writeFile(join(folder, 'pnpm-workspace.yaml'), `${settings.join('\n')}\n`);
  }
  await install(manager, folder);
  const vitest = 'vitest' in dependencies;
  const specifiers = packages.flatMap(({ name, entryPoints }) =>
    entryPoints.filter((path) => vitest || path !== './testing/contract').map((path) => `${name}${path.slice(1)}`),
  );
  return { manager, folder, specifiers };
}

/** Another Node.js than the one that this program runs on, as a dependency of a consumer. */
export function nodeDependency(major: number): Record<string, string> {
  return { [`node-${major}`]: `npm:node-linux-${arch()}@${major}` };
}

/** @param major that of this program, or one that is a dependency of the consumer */
export function nodeProgram({ folder }: Consumer, major: number): string {
  const isOurs = process.versions.node.startsWith(`${major}.`);
  return isOurs ? process.execPath : join(folder, `node_modules/node-${major}/bin/node`);
}

async function readmeOf({ folder }: PackedPackage): Promise<string> {
  return await readFile(join(folder, 'README.md'), 'utf8');
}

async function install(manager: Consumer['manager'], folder: string): Promise<void> {
  const flags = manager === 'npm' ? ['--no-audit', '--no-fund', '--prefer-offline'] : ['--prefer-offline'];
  try {
    await run(manager, ['install', ...flags], { cwd: folder, env: outsideOfWorkspace() });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`${manager} install failed: ${output.trim() || String(error)}`, { cause: error });
  }
}

/** Settings that npm and pnpm pass on to the programs they run would make their way into the project. */
function outsideOfWorkspace(): NodeJS.ProcessEnv {
  const isSetting = (name: string): boolean =>
    /^npm_(?:config_(?!registry|cache|userconfig)|package_|lifecycle_)/i.test(name);
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSetting(name))), CI: 'true' };
}
