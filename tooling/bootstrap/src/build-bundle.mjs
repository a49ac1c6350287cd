import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fingerprint, filesBelow, foldersOf } from './fingerprint.mjs';
import { workspaceNode } from './install-workspace.mjs';
import { runStep } from './run-step.mjs';
import { stamp } from './stamp.mjs';

/**
 * Whether an app's bundle was made from the sources as they are now.
 *
 * @param {string} root
 * @param {string} app folder of `apps/`
 */
export function isBundleCurrent(root, app) {
  return (
    existsSync(join(root, `apps/${app}/dist/main.cjs`)) && stamp(root, `bundle-${app}`).matches(sources(root, app))
  );
}

/**
 * Bundles an app.
 *
 * @param {string} root
 * @param {string} app folder of `apps/`
 */
export async function buildBundle(root, app) {
  const built = stamp(root, `bundle-${app}`);
  const made = sources(root, app);
  built.begin();
  await runStep(root, {
    title: `building apps/${app}`,
    log: `build-${app}`,
    file: workspaceNode(root),
    args: [join(root, 'tooling/bundle/bundle.mjs'), `apps/${app}`],
  });
  built.finish(made);
}

/**
 * @param {string} root
 * @param {string} app
 */
function sources(root, app) {
  const folders = [
    ...foldersOf(root, 'packages').map((folder) => `${folder}/src`),
    `apps/${app}/src`,
    ...pagesOf(root, app),
    'tooling/bundle',
  ];
  const manifests = [...foldersOf(root, 'packages'), `apps/${app}`].map((folder) => `${folder}/package.json`);
  const files = folders
    .flatMap((folder) => filesBelow(root, folder))
    .filter((path) => !/\/(?:node_modules|dist)\//.test(path));
  return fingerprint(root, [...files, ...manifests, 'pnpm-lock.yaml', 'tsconfig.base.json']);
}

/**
 * The folder of the page that an app serves, as its package.json names it.
 *
 * @param {string} root
 * @param {string} app
 * @returns {readonly string[]} one or none
 */
function pagesOf(root, app) {
  const { page } = JSON.parse(readFileSync(join(root, `apps/${app}/package.json`), 'utf8'));
  return typeof page === 'string' ? [posix.join(`apps/${app}`, page)] : [];
}
