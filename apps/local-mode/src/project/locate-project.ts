import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';

/** Where a project's description is; paths are absolute. */
export type ProjectLocation =
  | { readonly kind: 'compose'; readonly file: string; readonly directory: string }
  | { readonly kind: 'dockerfile'; readonly file: string; readonly directory: string };

/** Names that a compose file goes by, the preferred one first. */
const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/**
 * Finds the compose file or Dockerfile of a folder, or takes the file that is named.
 *
 * @throws UsageError when there is neither
 */
export async function locateProject(path: string): Promise<ProjectLocation> {
  switch (await kindOf(path)) {
    case 'absent':
      throw new UsageError(
        `there is no ${path}`,
        'Name a folder with a compose.yaml or a Dockerfile, or the file itself',
      );
    case 'file': {
      const isDockerfile = /^(.*\.)?dockerfile(\..*)?$/i.test(basename(path));
      return { kind: isDockerfile ? 'dockerfile' : 'compose', file: path, directory: dirname(path) };
    }
    case 'folder':
      return await locateIn(path);
  }
}

async function locateIn(directory: string): Promise<ProjectLocation> {
  for (const name of COMPOSE_FILES) {
    const file = join(directory, name);
    if ((await kindOf(file)) === 'file') return { kind: 'compose', file, directory };
  }
  const file = join(directory, 'Dockerfile');
  if ((await kindOf(file)) === 'file') return { kind: 'dockerfile', file, directory };
  throw new UsageError(
    `${directory} holds no project: there is neither a compose file nor a Dockerfile in it`,
    `Write a compose.yaml (${COMPOSE_FILES.slice(1).join(' and ')} are read too) or a Dockerfile, or name another folder`,
  );
}

async function kindOf(path: string): Promise<'absent' | 'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'absent';
    throw new UsageError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Check its permissions',
    );
  }
}
