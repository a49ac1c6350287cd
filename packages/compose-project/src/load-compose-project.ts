import { basename } from 'node:path';
import { checkTarget } from './check-target.ts';
import { formatIssue, IssueCollector } from './errors.ts';
import { loadModel, type Model } from './files/load-model.ts';
import type { ComposeLocation } from './files/locate-project.ts';
import { LeftOut } from './left-out.ts';
import type { LoadProjectOptions } from './load-project.ts';
import type { Project } from './project.ts';
import { Remarks } from './remarks.ts';
import { withoutUnknownFields, type UnknownField } from './schema/without-unknown-fields.ts';
import { checkBuilds } from './service/check-builds.ts';
import { checkDependencies } from './service/check-dependencies.ts';
import { checkReferences } from './service/check-references.ts';
import { ComposeInput } from './service/compose-input.ts';
import { withDeployRestart } from './service/deploy-restart.ts';
import { didYouMean } from './service/did-you-mean.ts';
import { withNameAliases } from './service/name-aliases.ts';
import { readProjectFiles } from './service/read-project-files.ts';
import { readService } from './service/read-service.ts';
import { selectServices, type Selection } from './service/select-services.ts';
import type { ServiceContext } from './service/service-context.ts';
import type { Lookup } from './variables/interpolate.ts';
import { pathInto, placeOf, toPlain, type MapTree, type Place } from './yaml/tree.ts';

interface Loading extends LoadProjectOptions {
  readonly lookup: Lookup;
}

/** Reads the project in compose files. @throws ProjectError with the place of every fault */
export async function loadComposeProject(location: ComposeLocation, loading: Loading): Promise<Project> {
  const model = await loadModel({ ...location, lookup: loading.lookup, projectName: loading.name });
  const { tree, unknown } = withoutUnknownFields(model.tree);
  const issues = new IssueCollector();
  const remarks = new Remarks();
  const leftOut = new LeftOut();
  const context: ServiceContext = {
    directory: location.directory,
    lookup: model.lookup,
    device: loading.device ?? null,
    projectName: model.projectName,
    fault(path, message) {
      const origin = leftOut.originOf(path);
      issues.add(placeOf(model.tree, origin), pathInto(model.tree, origin), message);
    },
    faults: (others) => issues.addAll(others),
    remark: (sentence, item) => remarks.add(sentence, item),
    leftOut: (list, indexes) => leftOut.add(list, indexes),
  };
  const input = readInput(tree, context);
  issues.throwIfAny();
  for (const remark of [...unsetRemarks(model), ...unknown.map(unknownRemark)]) remarks.add(...remark);
  for (const name of Object.keys(input.models ?? {})) remarks.add('models have no effect: a device runs none', name);
  const named = withNameAliases(
    Object.fromEntries(Object.entries(input.services).map(([name, service]) => [name, withDeployRestart(service)])),
    context,
  );
  const selection = chooseServices(named, { ...loading, lookup: model.lookup });
  for (const name of selection.unknown) {
    context.fault(['services'], `there is no service ${name}${didYouMean(name, Object.keys(named))}`);
  }
  const chosen = checkDependencies(named, selection, context);
  if (chosen.size === 0 && selection.unknown.length === 0) context.fault(['services'], noServiceMessage(selection));
  remarkInactive(named, selection, remarks);
  const services = [];
  const used = { configs: new Set<string>(), secrets: new Set<string>() };
  for (const [name, service] of chosen) {
    const checked = checkReferences({ name, input: service }, input, context);
    services.push(await readService(name, checked, context));
    for (const section of ['configs', 'secrets'] as const) {
      for (const source of sourcesOf(checked[section])) used[section].add(source);
    }
  }
  const project: Project = {
    name: model.projectName,
    directory: location.directory,
    files: location.files,
    services,
    networks: input.networks ?? {},
    volumes: input.volumes ?? {},
    configs: await readProjectFiles('configs', { inputs: input.configs ?? {}, used: used.configs }, context),
    secrets: await readProjectFiles('secrets', { inputs: input.secrets ?? {}, used: used.secrets }, context),
    buildSecrets: await readProjectFiles(
      'secrets',
      {
        inputs: input.secrets ?? {},
        used: new Set(services.flatMap(({ build }) => Object.values(build?.secrets ?? {}))),
      },
      context,
    ),
    remarks: [],
    locate: (path) => placeOf(model.tree, leftOut.originOf(path)),
  };
  checkBuilds(project, { declared: Object.keys(input.secrets ?? {}), fault: context.fault });
  const { faults, remarks: further } = checkTarget(project, loading.check);
  for (const { path, message } of faults) context.fault(path, message);
  issues.throwIfAny();
  return { ...project, remarks: [...remarks.sentences(), ...further] };
}

function readInput(tree: MapTree, { fault }: Pick<ServiceContext, 'fault'>): ComposeInput {
  const parsed = ComposeInput.safeParse(toPlain(tree));
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) fault(path, message.replace(/^Invalid input: /, ''));
  return { services: {} };
}

function chooseServices(services: ComposeInput['services'], { lookup, profiles = [], services: named = [] }: Loading) {
  const fromVariable = (lookup('COMPOSE_PROFILES') ?? '').split(',').map((name) => name.trim());
  return selectServices(services, { profiles: new Set([...profiles, ...fromVariable]), named });
}

type Remark = readonly [sentence: string, item: string];

function unsetRemarks({ unset }: Model): Remark[] {
  return [...unset].map(([name, place]) => [
    'these variables are not set and count as empty',
    `${name} (${formatPlace(place)})`,
  ]);
}

function unknownRemark({ name, path, place, suggestion }: UnknownField): Remark {
  const kind = `${name} is not a compose field and has no effect${suggestion.replace(/^; (.*)$/, ' ($1)')}`;
  return [kind, `${path.slice(0, -1).join('.') || 'the file'} (${formatPlace(place)})`];
}

function remarkInactive(services: ComposeInput['services'], { inactive }: Selection, remarks: Remarks): void {
  for (const name of inactive) {
    const profiles = Object.hasOwn(services, name) ? (services[name]?.profiles ?? []) : [];
    remarks.add(
      'these services are left out, because no profile of theirs is active',
      `${name} (${profiles.join(', ')})`,
    );
  }
}

function noServiceMessage({ inactive }: Selection): string {
  return inactive.size === 0
    ? 'there is no service to run'
    : 'there is no service to run: activate a profile of one of them';
}

/** Names of the configs or secrets that a service uses. */
function sourcesOf(uses: unknown): string[] {
  if (!Array.isArray(uses)) return [];
  return uses.flatMap((use: unknown) => {
    if (typeof use === 'string') return [use];
    return typeof use === 'object' && use !== null && 'source' in use ? [String(use.source)] : [];
  });
}

function formatPlace({ file, line, column }: Place): string {
  return formatIssue({ file: basename(file), position: { line, column }, path: '', message: '' }).replace(/: $/, '');
}
