import { basename, dirname, join, resolve } from 'node:path';
import { checkTarget } from './check-target.ts';
import { dockerfileProject } from './balena/dockerfile-project.ts';
import { formatIssue, IssueCollector } from './errors.ts';
import { loadModel, type Model } from './files/load-model.ts';
import { locateProject, type ComposeLocation } from './files/locate-project.ts';
import type { BuildDevice, Project } from './project.ts';
import { checkDependencies } from './service/check-dependencies.ts';
import { didYouMean } from './service/did-you-mean.ts';
import { SECTIONS, SERVICE_FIELDS } from './service/compose-fields.ts';
import { ComposeInput } from './service/compose-input.ts';
import { readProjectFiles } from './service/read-project-files.ts';
import { readService } from './service/read-service.ts';
import { selectServices, type Selection } from './service/select-services.ts';
import type { ServiceContext } from './service/service-context.ts';
import { readEnvFile } from './variables/env-files.ts';
import type { Lookup } from './variables/interpolate.ts';
import { placeOf, toPlain, type Place } from './yaml/tree.ts';

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
}

/**
 * Reads the project at a path: compose files, or a folder with a Dockerfile alone.
 *
 * @param path absolute; a folder or a file
 * @throws ProjectNotFoundError when there is no project
 * @throws ProjectError with the place of every fault
 */
export async function loadProject(path: string, options: LoadProjectOptions): Promise<Project> {
  const lookup = await readVariables(path, options);
  const { files = [], overlays = [] } = options;
  const location = await locateProject(path, { files, overlays, lookup });
  if (location.kind === 'compose') return await loadComposeProject(location, { lookup, options });
  const issues = new IssueCollector();
  const project = await dockerfileProject(location, {
    device: options.device ?? null,
    projectName: projectName(options.name ?? basename(location.directory)),
    fault: (at, message) => issues.add({ file: location.file, line: 1, column: 1 }, at, message),
  });
  issues.throwIfAny();
  return project;
}

/** The environment first, then `.env` or the files named instead, of which a later one wins. */
async function readVariables(path: string, { environment, envFiles }: LoadProjectOptions): Promise<Lookup> {
  const variables = new Map<string, string>();
  const lookup: Lookup = (name) => environment[name] ?? variables.get(name);
  const named = (envFiles ?? []).map((file) => resolve(path, file));
  // A path to a file has its `.env` beside it; `join` is enough, since a file holds no entries.
  const candidates = named.length > 0 ? named : [join(path, '.env'), join(dirname(path), '.env')];
  for (const file of candidates) {
    const found = await readEnvFile({ path: file }, lookup);
    for (const [name, value] of found ?? []) variables.set(name, value);
    if (found !== undefined && named.length === 0) break;
  }
  return lookup;
}

interface Loading {
  readonly lookup: Lookup;
  readonly options: LoadProjectOptions;
}

async function loadComposeProject(location: ComposeLocation, { lookup, options }: Loading): Promise<Project> {
  const model = await loadModel({ ...location, lookup });
  const issues = new IssueCollector();
  const fault = (path: readonly PropertyKey[], message: string): void =>
    issues.add(placeOf(model.tree, path), path, message);
  const input = readInput(model, fault);
  issues.throwIfAny();
  const remarks: string[] = [...unsetRemarks(model), ...unknownFieldRemarks(model, input)];
  const context: ServiceContext = {
    directory: location.directory,
    lookup,
    device: options.device ?? null,
    projectName: projectName(
      options.name ?? lookup('COMPOSE_PROJECT_NAME') ?? input.name ?? basename(location.directory),
    ),
    fault,
    remark: (sentence) => void remarks.push(sentence),
  };
  const selection = chooseServices(input, { lookup, options });
  for (const name of selection.unknown) {
    fault(['services'], `there is no service ${name}${didYouMean(name, Object.keys(input.services))}`);
  }
  const chosen = checkDependencies(input.services, selection, context);
  if (chosen.size === 0 && selection.unknown.length === 0) fault(['services'], noServiceMessage(selection));
  if (selection.inactive.size > 0) remarks.push(inactiveRemark(input, selection));
  const services = await Promise.all([...chosen].map(([name, service]) => readService(name, service, context)));
  const configs = await readProjectFiles('configs', input.configs ?? {}, context);
  const secrets = await readProjectFiles('secrets', input.secrets ?? {}, context);
  issues.throwIfAny();
  const project: Project = {
    name: context.projectName,
    directory: location.directory,
    files: location.files,
    services,
    networks: input.networks ?? {},
    volumes: input.volumes ?? {},
    configs,
    secrets,
    remarks,
    locate: (path) => placeOf(model.tree, path),
  };
  checkTarget(project);
  return project;
}

function readInput({ tree }: Model, fault: (path: readonly PropertyKey[], message: string) => void): ComposeInput {
  const parsed = ComposeInput.safeParse(toPlain(tree));
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) fault(path, message.replace(/^Invalid input: /, ''));
  return { services: {} };
}

function chooseServices(input: ComposeInput, { lookup, options }: Loading): Selection {
  const fromVariable = (lookup('COMPOSE_PROFILES') ?? '').split(',').map((name) => name.trim());
  return selectServices(input.services, {
    profiles: new Set([...(options.profiles ?? []), ...fromVariable]),
    named: options.services ?? [],
  });
}

/** Lower-case letters, digits, `-` and `_`, beginning with a letter or digit. */
function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return name === '' ? 'default' : name;
}

function unsetRemarks({ unset }: Model): string[] {
  return [...unset].map(([name, place]) => located(place, '', `variable ${name} is not set, and counts as empty`));
}

function unknownFieldRemarks({ tree }: Model, input: ComposeInput): string[] {
  const unknown = (names: readonly string[], known: ReadonlySet<string>): string[] =>
    names.filter((name) => !known.has(name) && !name.startsWith('x-'));
  const remark = (path: readonly string[], known: ReadonlySet<string>): string => {
    const meant = didYouMean(path.at(-1) ?? '', known);
    return located(placeOf(tree, path), path.join('.'), `is not a compose field and has no effect${meant}`);
  };
  return [
    ...unknown(Object.keys(input), SECTIONS).map((name) => remark([name], SECTIONS)),
    ...Object.entries(input.services).flatMap(([service, fields]) =>
      unknown(Object.keys(fields), SERVICE_FIELDS).map((name) => remark(['services', service, name], SERVICE_FIELDS)),
    ),
  ];
}

function inactiveRemark({ services }: ComposeInput, { inactive }: Selection): string {
  const names = [...inactive].map((name) => {
    const profiles = Object.hasOwn(services, name) ? (services[name]?.profiles ?? []) : [];
    return `${name} (${profiles.join(', ')})`;
  });
  return `left out, because none of their profiles is active: ${names.join(', ')}`;
}

function noServiceMessage({ inactive }: Selection): string {
  return inactive.size === 0
    ? 'there is no service to run'
    : 'there is no service to run: activate a profile of one of them';
}

function located({ file, line, column }: Place, path: string, message: string): string {
  return formatIssue({ file, position: { line, column }, path, message });
}
