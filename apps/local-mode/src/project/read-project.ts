import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkProject } from './check-project.ts';
import { ComposeInput, KNOWN_KEYS } from './compose-input.ts';
import { dockerfileProject } from './dockerfile-project.ts';
import { readEnvironmentFile } from './environment-files.ts';
import { formatIssue, ProjectError, type ProjectIssue } from './errors.ts';
import { locateProject, type ProjectLocation } from './locate-project.ts';
import type { Project } from './project.ts';
import { readComposeFile, type ComposeFile } from './read-compose-file.ts';
import { readService } from './read-service.ts';

export interface ReadProjectOptions {
  /** Variables for the compose file; they win over those of its `.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the project at a path: a compose file, a folder with one, or a folder with a Dockerfile alone.
 *
 * @param path absolute
 * @throws UsageError when there is no project
 * @throws ProjectError with the place of every fault
 */
export async function readProject(path: string, { environment }: ReadProjectOptions): Promise<Project> {
  const location = await locateProject(path);
  if (location.kind === 'dockerfile') return dockerfileProject(location);
  const defaults = (await readEnvironmentFile(join(location.directory, '.env'))) ?? {};
  return await readComposeProject(location, { ...defaults, ...environment });
}

async function readComposeProject(
  { file, directory }: ProjectLocation,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Project> {
  const compose = readComposeFile(await readFile(file, 'utf8'), file, variables);
  const parsed = ComposeInput.safeParse(compose.value);
  if (!parsed.success) {
    throw new ProjectError(
      parsed.error.issues.map(({ path, message }) => locatedIssue({ compose, file }, path, plainMessage(message))),
    );
  }
  const { services: inputs, networks, volumes, ...rest } = parsed.data;
  const active = activeProfiles(variables['COMPOSE_PROFILES']);
  const chosen = Object.entries(inputs).filter(([, { profiles }]) => isActive(profiles ?? [], active));
  const results = await Promise.all(chosen.map(([name, input]) => readService(name, input, { directory, variables })));
  const faults = results.flatMap((result) => result.faults);
  if (chosen.length === 0) faults.push({ path: ['services'], message: 'there is no service to run' });
  if (faults.length > 0) {
    throw new ProjectError(faults.map(({ path, message }) => locatedIssue({ compose, file }, path, message)));
  }
  const project: Project = {
    name: basename(directory),
    directory,
    file,
    services: results.flatMap(({ service }) => (service === null ? [] : [service])),
    networks: networks ?? {},
    volumes: volumes ?? {},
    remarks: [
      ...unsetRemarks(compose, file),
      ...Object.keys(rest)
        .filter((key) => !KNOWN_KEYS.has(key) && !key.startsWith('x-'))
        .map((key) => formatIssue(locatedIssue({ compose, file }, [key], 'is not supported and has no effect'))),
      ...Object.entries(inputs)
        .filter(([, { profiles }]) => !isActive(profiles ?? [], active))
        .map(
          ([name, { profiles }]) =>
            `${name} is left out: COMPOSE_PROFILES names none of its profiles (${(profiles ?? []).join(', ')})`,
        ),
      ...results.flatMap((result) => result.remarks),
    ],
  };
  checkProject(project, (path, message) => locatedIssue({ compose, file }, path, message));
  return project;
}

function locatedIssue(
  { compose, file }: { compose: ComposeFile; file: string },
  path: readonly PropertyKey[],
  message: string,
): ProjectIssue {
  return { file, position: compose.locate(path), path: path.map(String).join('.'), message };
}

function plainMessage(message: string): string {
  return message.replace(/^Invalid input: /, '');
}

function unsetRemarks(compose: ComposeFile, file: string): string[] {
  return [...compose.unset].map(([name, position]) =>
    formatIssue({ file, position, path: '', message: `variable ${name} is not set, and counts as empty` }),
  );
}

function activeProfiles(text: string | undefined): ReadonlySet<string> {
  return new Set((text ?? '').split(',').map((name) => name.trim()));
}

function isActive(profiles: readonly string[], active: ReadonlySet<string>): boolean {
  return profiles.length === 0 || active.has('*') || profiles.some((profile) => active.has(profile));
}
