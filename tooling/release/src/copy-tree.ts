import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A copy of a repository's tree in one commit. Disposing of it removes it. */
export interface CopiedTree extends AsyncDisposable {
  readonly folder: string;
}

/** Copies what git knows, or would: changesets look into the history for the commits that added them. */
export async function copyTree(root: string): Promise<CopiedTree> {
  const folder = await mkdtemp(join(tmpdir(), 'release-'));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(folder, { recursive: true }));
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of stdout.split('\0')) {
    if (file !== '') await cp(join(root, file), join(folder, file)).catch(ignoreMissing);
  }
  const git = async (...args: string[]): Promise<unknown> => await run('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('-c', 'user.name=release', '-c', 'user.email=release@localhost', 'commit', '--quiet', '-m', 'copy');
  const lifetime = resources.move();
  return { folder, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

/** A file that git knows, and that is deleted in the tree. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
