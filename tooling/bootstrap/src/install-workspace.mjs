import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { BootstrapFailure, diagnose } from './failure.mjs';
import { fingerprint, foldersOf } from './fingerprint.mjs';
import { runStep } from './run-step.mjs';
import { stamp } from './stamp.mjs';
import { ensurePnpm, pnpmOf, RETRIES, retryOptions } from './toolchain.mjs';

/** The folders of pnpm-workspace.yaml that hold packages. */
const PACKAGE_FOLDERS = ['packages', 'apps', 'tooling'];

/**
 * The Node.js that the programs of this repository run on.
 *
 * @param {string} root
 */
export function workspaceNode(root) {
  return join(root, 'node_modules/node/bin/node');
}

/**
 * A search path that finds this Node.js, pnpm and the installed tools first.
 *
 * @param {string} root
 */
export function toolPath(root) {
  return [join(root, 'node_modules/.bin'), dirname(pnpmOf(root)), process.env['PATH'] ?? ''].join(delimiter);
}

/**
 * Whether the dependencies are those that the lockfile and the package.json files ask for.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  return (
    existsSync(workspaceNode(root)) &&
    existsSync(join(root, 'node_modules/.modules.yaml')) &&
    existsSync(pnpmOf(root)) &&
    stamp(root, 'install').matches(installFingerprint(root))
  );
}

/**
 * Installs the dependencies as the lockfile has them. After an interrupted attempt it starts from scratch.
 *
 * @param {string} root
 */
export async function installWorkspace(root) {
  const pnpm = await ensurePnpm(root);
  const installed = stamp(root, 'install');
  const made = installFingerprint(root);
  if (installed.wasInterrupted()) {
    process.stderr.write('device-supervisor: the last installation did not finish; starting from scratch\n');
    removeModules(root);
  }
  installed.begin();
  const title = 'installing dependencies';
  const log = await runStep(root, {
    title,
    log: 'install-dependencies',
    file: pnpm,
    args: ['install', '--frozen-lockfile', '--config.confirm-modules-purge=false', ...retryOptions('--config.')],
    env: installEnvironment(),
  });
  // pnpm goes on without the native part of a tool that it could not download.
  if (/optional dependency that could not be fetched/.test(log.text)) throw diagnose(title, log);
  if (!nodeRuns(root)) {
    await runStep(root, {
      title: 'installing Node.js',
      log: 'install-node',
      file: pnpm,
      args: ['rebuild', 'node'],
      env: installEnvironment(),
    });
  }
  if (!nodeRuns(root)) {
    throw new BootstrapFailure('the npm package `node` is installed, but its program does not run', {
      remedy: 'let its install script run: remove ignore-scripts from ~/.npmrc, delete node_modules, try again.',
    });
  }
  installed.finish(made);
}

/** pnpm and the npm that the install script of `node` calls go by the same registry and the same patience as ours. */
function installEnvironment() {
  const registry = process.env['npm_config_registry'];
  return {
    CI: 'true',
    ...(registry === undefined ? {} : { PNPM_CONFIG_REGISTRY: registry }),
    ...Object.fromEntries(
      Object.entries(RETRIES).map(([name, value]) => [`npm_config_${name.replaceAll('-', '_')}`, value]),
    ),
  };
}

/** @param {string} root */
function installFingerprint(root) {
  const manifests = packageFolders(root).map((folder) => `${folder}/package.json`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', '.npmrc', ...manifests];
  return fingerprint(root, files, [process.platform, process.arch]);
}

/** @param {string} root */
function packageFolders(root) {
  return PACKAGE_FOLDERS.flatMap((folder) => foldersOf(root, folder)).filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  );
}

/** @param {string} root */
function removeModules(root) {
  for (const folder of ['.', ...packageFolders(root)]) {
    rmSync(join(root, folder, 'node_modules'), { recursive: true, force: true });
  }
}

/** @param {string} root */
function nodeRuns(root) {
  const manifest = join(root, 'node_modules/node/package.json');
  if (!existsSync(manifest)) return false;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  const { stdout } = spawnSync(workspaceNode(root), ['--version'], { encoding: 'utf8' });
  return stdout?.trim() === `v${version}`;
}
