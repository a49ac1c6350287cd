import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapFailure } from './failure.mjs';
import { runStep } from './run-step.mjs';
import { ensureFolder } from './state-folder.mjs';

/**
 * Where the pinned pnpm stands, or will stand. It belongs to this folder alone: nothing is installed globally.
 *
 * @param {string} root
 */
export function pnpmOf(root) {
  return join(toolchainFolder(root), 'node_modules/.bin/pnpm');
}

/**
 * Makes sure that the pinned pnpm is there.
 *
 * @param {string} root
 * @returns {Promise<string>} path of the program
 */
export async function ensurePnpm(root) {
  const pnpm = pnpmOf(root);
  if (existsSync(pnpm)) return pnpm;
  const folder = toolchainFolder(root);
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  ensureFolder(draft);
  const version = pinnedVersion(root);
  await runStep(root, {
    title: `installing pnpm ${version} for this folder`,
    log: 'install-pnpm',
    ...npm([
      'install',
      '--prefix',
      draft,
      '--no-save',
      '--no-audit',
      '--no-fund',
      ...retryOptions('--'),
      `pnpm@${version}`,
    ]),
  });
  await runStep(root, {
    title: `checking pnpm ${version}`,
    log: 'check-pnpm',
    file: join(draft, 'node_modules/.bin/pnpm'),
    args: ['--version'],
  });
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return pnpm;
}

/** Enough for a hiccup, and a missing network is reported within some seconds. Times in milliseconds. */
export const RETRIES = { 'fetch-retries': '2', 'fetch-retry-mintimeout': '500', 'fetch-retry-maxtimeout': '2000' };

/** @param {'--' | '--config.'} prefix of an option of the tool in question */
export function retryOptions(prefix) {
  return Object.entries(RETRIES).map(([name, value]) => `${prefix}${name}=${value}`);
}

/**
 * The npm that called us, or the one on the path.
 *
 * @param {readonly string[]} args
 */
function npm(args) {
  const caller = process.env['npm_execpath'] ?? '';
  if (caller.endsWith('npm-cli.js')) return { file: process.execPath, args: [caller, ...args] };
  return { file: 'npm', args };
}

/** @param {string} root */
function toolchainFolder(root) {
  return join(root, '.state/toolchain', `pnpm-${pinnedVersion(root)}`);
}

/** @param {string} root */
function pinnedVersion(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const match = /^pnpm@(\d+\.\d+\.\d+)/.exec(String(packageManager));
  if (match?.[1] !== undefined) return match[1];
  throw new BootstrapFailure(`package.json names no pnpm version: packageManager is ${String(packageManager)}`, {
    remedy: 'set it to pnpm@<version>.',
  });
}
