import { stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { dockerfileNames } from '../balena/choose-dockerfile.ts';
import { ProjectNotFoundError } from '../errors.ts';
import type { BuildDevice } from '../project.ts';
import type { Lookup } from '../variables/interpolate.ts';

/** Where a project is described; all paths are absolute. */
export type ProjectLocation = ComposeLocation | DockerfileLocation;

export interface ComposeLocation {
  readonly kind: 'compose';
  /** In the order in which they override each other. */
  readonly files: readonly [string, ...string[]];
  /** Relative paths in the files begin here. */
  readonly directory: string;
}

export interface DockerfileLocation {
  readonly kind: 'dockerfile';
  readonly file: string;
  readonly directory: string;
}

/** Names of a compose file, the preferred one first. */
const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

export interface LocateOptions {
  /** Compose files that are named instead of found, relative to the path. */
  readonly files: readonly string[];
  /** Reads `COMPOSE_FILE` and `COMPOSE_PATH_SEPARATOR`. */
  readonly lookup: Lookup;
  /** Its Dockerfile may be the only one of a folder. */
  readonly device: BuildDevice | null;
  /** Overlays beside the compose file that are taken when they exist, e.g. `docker-compose.dev.yml`. */
  readonly overlays: readonly string[];
}

/**
 * Finds the compose files or the Dockerfile of a project: the files that are named, else those of `COMPOSE_FILE`, else the
 * file at the path, else the usual names in the folder at the path with their override file.
 *
 * @param path absolute; a folder or a file
 * @throws ProjectNotFoundError
 */
export async function locateProject(path: string, options: LocateOptions): Promise<ProjectLocation> {
  const kind = await kindOf(path);
  if (kind === 'absent') {
    throw new ProjectNotFoundError(`there is no ${path}`, {
      path,
      hint: 'Name a folder with a compose.yaml or a Dockerfile, or the file itself',
    });
  }
  const folder = kind === 'folder' ? path : dirname(path);
  const named = options.files.length > 0 ? options.files : kind === 'folder' ? composeFileVariable(options.lookup) : [];
  const [first, ...others] = named.map((file) => resolve(folder, file));
  if (first !== undefined) return await namedFiles([first, ...others]);
  if (kind === 'folder') return await locateIn(path, options);
  if (isDockerfile(path)) return { kind: 'dockerfile', file: path, directory: folder };
  return { kind: 'compose', files: [path], directory: folder };
}

function composeFileVariable(lookup: Lookup): string[] {
  const separator = lookup('COMPOSE_PATH_SEPARATOR') ?? delimiter;
  return (lookup('COMPOSE_FILE') ?? '').split(separator === '' ? delimiter : separator).filter((file) => file !== '');
}

async function namedFiles(files: readonly [string, ...string[]]): Promise<ProjectLocation> {
  for (const file of files) {
    if ((await kindOf(file)) === 'file') continue;
    throw new ProjectNotFoundError(`there is no compose file ${file}`, {
      path: file,
      hint: 'Check the names after -f and in COMPOSE_FILE; they are relative to the folder of the project',
    });
  }
  return { kind: 'compose', files, directory: dirname(files[0]) };
}

async function locateIn(directory: string, { overlays, device }: LocateOptions): Promise<ProjectLocation> {
  for (const name of COMPOSE_FILES) {
    const file = join(directory, name);
    if ((await kindOf(file)) !== 'file') continue;
    const override = await firstFile(overrideNames(name).map((one) => join(directory, one)));
    const found = [override, ...(await Promise.all(overlays.map((one) => firstFile([join(directory, one)]))))];
    return { kind: 'compose', files: [file, ...found.flatMap((one) => one ?? [])], directory };
  }
  for (const name of dockerfileNames(device)) {
    const file = join(directory, name);
    if ((await kindOf(file)) === 'file') return { kind: 'dockerfile', file, directory };
  }
  throw new ProjectNotFoundError(`${directory} holds no project: it has neither a compose file nor a Dockerfile`, {
    path: directory,
    hint: `Write a compose.yaml (${COMPOSE_FILES.slice(1).join(' and ')} work too) or a Dockerfile, or name another folder`,
  });
}

/** `compose.override.yaml` and `compose.override.yml` for `compose.yaml`. */
function overrideNames(name: string): string[] {
  const stem = name.slice(0, name.lastIndexOf('.'));
  return ['.yml', '.yaml'].map((ending) => `${stem}.override${ending}`);
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await kindOf(path)) === 'file') return path;
  return undefined;
}

function isDockerfile(path: string): boolean {
  return /^(.*\.)?dockerfile(\..*)?$/i.test(basename(path));
}

async function kindOf(path: string): Promise<'absent' | 'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'absent';
    throw new ProjectNotFoundError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { path, hint: 'Check its permissions', cause: error },
    );
  }
}
