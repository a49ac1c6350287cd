import { basename, dirname, join, resolve } from 'node:path';
import { dockerfileProject } from './balena/dockerfile-project.ts';
import type { TargetCheck } from './check-target.ts';
import { IssueCollector } from './errors.ts';
import { locateProject } from './files/locate-project.ts';
import { loadComposeProject } from './load-compose-project.ts';
import { nameOfProject } from './name-of-project.ts';
import type { BuildDevice, Project } from './project.ts';
import { readEnvFile } from './variables/env-files.ts';
import type { Lookup } from './variables/interpolate.ts';

export interface LoadProjectOptions {
  /** Variables of the caller, e.g. `process.env`; they win over those of files. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Compose files, relative to the path; without them `COMPOSE_FILE` or the usual names. */
  readonly files?: readonly string[];
  /** Files of variables instead of `.env`, relative to the path. */
  readonly envFiles?: readonly string[];
  /** Active profiles, besides those of `COMPOSE_PROFILES`. */
  readonly profiles?: readonly string[];
  /** Services to run, with everything that they need; without them all. */
  readonly services?: readonly string[];
  /** Name of the project, instead of `COMPOSE_PROJECT_NAME`, the file's `name` or the folder's. */
  readonly name?: string;
  /** The device for which images are built; without it Dockerfile templates are a fault. */
  readonly device?: BuildDevice;
  /** Files that override the compose file when they exist beside it, e.g. `docker-compose.dev.yml`. */
  readonly overlays?: readonly string[];
  /** Checks the target state that the project becomes; its faults are reported together with those of the files. */
  readonly check?: TargetCheck;
}

/**
 * Reads the project at a path: compose files, or a folder with a Dockerfile alone.
 *
 * @param path absolute; a folder or a file
 * @throws ProjectNotFoundError when there is no project
 * @throws ProjectError with the place of every fault
 */
export async function loadProject(path: string, options: LoadProjectOptions): Promise<Project> {
  const { files = [], overlays = [], device = null } = options;
  const first = await readVariables(path, options);
  const location = await locateProject(path, { files, overlays, device, lookup: first });
  if (location.kind === 'compose') {
    // As docker compose does: the folder's own `.env` comes first, then that beside the compose file.
    const lookup = await withDotEnv(location.directory, first, options);
    return await loadComposeProject(location, { ...options, lookup });
  }
  const issues = new IssueCollector();
  const project = await dockerfileProject(location, {
    device,
    projectName: nameOfProject(options.name ?? basename(location.directory)),
    fault: (at, message) => issues.add({ file: location.file, line: 1, column: 1 }, at, message),
  });
  issues.throwIfAny();
  return project;
}

/** The environment first, then `.env` or the files named instead, of which a later one wins. */
async function readVariables(path: string, { environment, envFiles = [] }: LoadProjectOptions): Promise<Lookup> {
  const variables = new Map<string, string>();
  const lookup: Lookup = (name) => environment[name] ?? variables.get(name);
  const named = envFiles.map((file) => resolve(path, file));
  // A path to a file has its `.env` beside it; `join` is enough, since a file holds no entries.
  const candidates = named.length > 0 ? named : [join(path, '.env'), join(dirname(path), '.env')];
  for (const file of candidates) {
    const found = await readEnvFile({ path: file }, lookup);
    for (const [name, value] of found ?? []) variables.set(name, value);
    if (found !== undefined && named.length === 0) break;
  }
  return lookup;
}

async function withDotEnv(directory: string, lookup: Lookup, { envFiles = [] }: LoadProjectOptions): Promise<Lookup> {
  if (envFiles.length > 0) return lookup;
  const found = await readEnvFile({ path: join(directory, '.env') }, lookup);
  return (name) => lookup(name) ?? found?.get(name);
}
