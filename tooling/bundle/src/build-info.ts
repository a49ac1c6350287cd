import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
}

/**
 * The build information of a bundle: the version of the repository that an app belongs to, and its commit, which
 * `BUILD_COMMIT` names where there is no git.
 *
 * @param app absolute path of the app's folder
 */
export async function buildInfo(app: string, environment: NodeJS.ProcessEnv): Promise<BuildInfo> {
  return { version: await versionOf(app), commit: environment['BUILD_COMMIT'] ?? (await commitOf(app)) };
}

/** Of the nearest folder above that is a workspace. */
async function versionOf(folder: string): Promise<string> {
  const [workspace] = await Promise.allSettled([readFile(join(folder, 'pnpm-workspace.yaml'))]);
  if (workspace.status === 'rejected') return dirname(folder) === folder ? '0.0.0' : await versionOf(dirname(folder));
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0';
}

async function commitOf(folder: string): Promise<string> {
  const command = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
  const [described] = await Promise.allSettled([run('git', command, { cwd: folder })]);
  return described.status === 'fulfilled' ? described.value.stdout.trim() : 'unknown';
}
