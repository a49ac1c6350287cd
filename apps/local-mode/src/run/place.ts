import { isAbsolute, relative, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import type { Installation } from '../cli/installation.ts';
import type { Options } from '../cli/options.ts';
import type { Screen } from '@device-supervisor/views';

/** Environment of this program: folders, variables, terminal. */
export interface Place {
  readonly installation: Installation;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly screen: Screen;
  /** The output stream of the screen. */
  readonly output: Writable;
  /** Notes and errors: never mixed with what a command prints. */
  readonly notes: Writable;
  readonly input: Readable;
  /** A terminal that keys can be read from; `null`: standard input is not a terminal. */
  readonly keyboard: ReadStream | null;
}

/** Absolute path of the project that the options name. */
export function projectPath({ path }: Pick<Options, 'path'>, { installation }: Place): string {
  const { project, workingDirectory } = installation;
  return path === null ? (project ?? workingDirectory) : resolve(workingDirectory, path);
}

/** Absolute path of the folder for everything that a session keeps. */
export function statePath({ stateFolder }: Pick<Options, 'stateFolder'>, { installation }: Place): string {
  return stateFolder === null ? installation.stateFolder : resolve(installation.workingDirectory, stateFolder);
}

/** A path as a person would type it. */
export function shortPath(path: string, { installation }: Place): string {
  const short = relative(installation.workingDirectory, path);
  return short === '' ? '.' : short.startsWith('..') || isAbsolute(short) ? path : short;
}
