import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import type { Options } from '../cli/options.ts';
import type { Screen } from '@device-supervisor/views';

/** Environment of this program: folders, variables, terminal. */
export interface Place {
  /** The repository. */
  readonly root: string;
  /** Folder in which the command was typed. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly screen: Screen;
  /** The output stream of the screen. */
  readonly output: Writable;
  /** A terminal that keys can be read from; `null`: standard input is not a terminal. */
  readonly keyboard: ReadStream | null;
}

/** Absolute path of the project that is asked for. */
export function projectPath({ path }: Options, { root, workingDirectory }: Place): string {
  return path === null ? join(root, 'examples/hello') : resolve(workingDirectory, path);
}

/** Absolute path of the folder for everything that a session keeps. */
export function statePath({ stateFolder }: Options, { root, workingDirectory }: Place): string {
  return stateFolder === null ? join(root, '.state/local-mode') : resolve(workingDirectory, stateFolder);
}

/** Absolute path of the supervisor's program. */
export function supervisorProgram({ root }: Place): string {
  return join(root, 'apps/supervisor/dist/main.cjs');
}

/** A path as a person would type it. */
export function shortPath(path: string, { workingDirectory }: Place): string {
  const short = relative(workingDirectory, path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}
