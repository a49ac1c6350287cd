import { ProjectError } from '../errors.ts';
import { readBuild } from './read-build.ts';
import { WATCH_FIELDS, type ServiceInput } from './compose-input.ts';
import { remarkDifferences } from './device-differences.ts';
import { readKeyValues, withFallback } from './key-values.ts';
import type { ServiceContext } from './service-context.ts';
import { readMounts } from './read-mounts.ts';
import { readWatchRules } from './read-watch-rules.ts';
import { builtImage, type ProjectService } from '../project.ts';
import { readEnvFile, type EnvFileSource } from '../variables/env-files.ts';
import type { Lookup } from '../variables/interpolate.ts';

/** Reads one service of a compose file. */
export async function readService(name: string, input: ServiceInput, context: ServiceContext): Promise<ProjectService> {
  const { image, build, environment, env_file: envFiles, labels, label_file: labelFiles, ...rest } = input;
  const { profiles: _profiles, develop, ...composition } = rest;
  const path = ['services', name];
  if (build == null && image == null) context.fault(path, 'needs an image or a build');
  const { volumes } = composition;
  const mounts = await readMounts(name, Array.isArray(volumes) ? volumes : [], context);
  remarkDifferences(name, input, context);
  for (const rule of develop?.watch ?? []) {
    for (const field of Object.keys(rule).filter((one) => !WATCH_FIELDS.has(one) && !one.startsWith('x-'))) {
      context.remark(`develop.watch.${field} is not supported and has no effect`, name);
    }
  }
  const own = withFallback(readKeyValues(environment), context.lookup);
  return {
    name,
    // A service without an image is a fault already.
    image: build == null && image != null ? image : builtImage(name),
    build: build == null ? null : await readBuild({ name, build, image }, context),
    environment: {
      ...(await readVariables(envFiles ?? [], {
        path: [...path, 'env_file'],
        lookup: (variable) => context.lookup(variable) ?? own[variable],
        context,
      })),
      ...own,
    },
    labels: {
      ...(await readVariables(
        (labelFiles ?? []).map((file) => ({ path: file, required: true })),
        { path: [...path, 'label_file'], lookup: () => undefined, context },
      )),
      ...mounts.labels,
      ...withFallback(readKeyValues(labels), () => ''),
    },
    composition: Object.fromEntries(
      Object.entries({
        ...composition,
        ...(Array.isArray(volumes) ? { volumes: mounts.volumes } : {}),
      }).filter(([key, value]) => value !== undefined && !key.startsWith('x-')),
    ),
    dependencies: namedServices(input),
    watch: readWatchRules([...path, 'develop', 'watch'], develop, context),
  };
}

/** Services that a service names: those that it depends on, and those whose namespace or volumes it uses. */
export function namedServices(input: ServiceInput): string[] {
  const { depends_on: declared } = input;
  const ordered = declared == null ? [] : Array.isArray(declared) ? declared : Object.keys(declared);
  const shared = ['network_mode', 'pid', 'ipc'].flatMap((field) => {
    const value = input[field];
    return typeof value === 'string' && value.startsWith('service:') ? [value.slice('service:'.length)] : [];
  });
  const volumesFrom = Array.isArray(input['volumes_from']) ? input['volumes_from'].map(String) : [];
  const mounted = volumesFrom
    .filter((entry) => !entry.startsWith('container:'))
    .map((entry) => entry.split(':')[0] ?? '');
  return [...new Set([...ordered, ...shared, ...mounted, ...contextServices(input)])];
}

/** Services whose images a build uses (`additional_contexts`). */
function contextServices({ build }: ServiceInput): string[] {
  return Object.values(readKeyValues(build?.additional_contexts)).flatMap((source) =>
    source !== null && source.startsWith('service:') ? [source.slice('service:'.length)] : [],
  );
}

interface VariableFile extends EnvFileSource {
  readonly required: boolean;
}

interface VariableFiles {
  /** Of the field that names the files. */
  readonly path: readonly PropertyKey[];
  /** Values that precede those of the files. */
  readonly lookup: Lookup;
  readonly context: ServiceContext;
}

async function readVariables(
  files: readonly VariableFile[],
  { path, lookup, context }: VariableFiles,
): Promise<Record<string, string>> {
  const variables = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    const found = await readEnvFile(file, (name) => lookup(name) ?? variables.get(name)).catch((error: unknown) => {
      if (!(error instanceof ProjectError)) throw error;
      context.faults(error.details.issues);
      return new Map<string, string>();
    });
    if (found === undefined && file.required) context.fault([...path, index], `there is no file ${file.path}`);
    for (const [name, value] of found ?? []) variables.set(name, value);
  }
  return Object.fromEntries(variables);
}
