import { isAbsolute, resolve } from 'node:path';
import { BUILD_KEYS, type BuildInput, type ServiceInput } from './compose-input.ts';
import { readEnvironmentFiles } from './environment-files.ts';
import { readKeyValues, withFallback } from './key-values.ts';
import { builtImage, type BuildInstructions, type DockerfileSource, type ProjectService } from './project.ts';

export interface ServiceContext {
  /** Where relative paths start. */
  readonly directory: string;
  /** Values for keys of `environment` and `args` that have none. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export interface ServiceResult {
  /** `null`: it has faults. */
  readonly service: ProjectService | null;
  readonly faults: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
  readonly remarks: readonly string[];
}

/** Reads one service of a compose file. */
export async function readService(name: string, input: ServiceInput, context: ServiceContext): Promise<ServiceResult> {
  const { image, build, environment, env_file: files, labels, profiles: _, ...composition } = input;
  const faults: { path: readonly PropertyKey[]; message: string }[] = [];
  const fault = (path: readonly PropertyKey[], message: string): void => {
    faults.push({ path: ['services', name, ...path], message });
  };
  if (build == null && image == null) fault([], 'needs an image or a build');
  const fromFiles = await readEnvironmentFiles(files ?? [], context.directory);
  for (const path of fromFiles.missing) fault(['env_file'], `there is no ${path}`);
  const instructions = build == null ? null : readBuild(build, context, fault);
  if (faults.length > 0) return { service: null, faults, remarks: [] };
  const own = withFallback(readKeyValues(environment), (key) => context.variables[key]);
  return {
    faults: [],
    remarks: Object.keys(build ?? {})
      .filter((key) => !BUILD_KEYS.has(key) && !key.startsWith('x-'))
      .map((key) => `services.${name}.build.${key} is not supported and has no effect`),
    service: {
      name,
      image: instructions === null ? (image ?? '') : builtImage(name),
      build: instructions,
      environment: { ...fromFiles.variables, ...own },
      labels: withFallback(readKeyValues(labels), () => ''),
      composition: Object.fromEntries(
        Object.entries(composition).filter(([key, value]) => value !== undefined && !key.startsWith('x-')),
      ),
      dependencies: readDependencies(composition),
    },
  };
}

function readBuild(
  build: BuildInput,
  { directory, variables }: ServiceContext,
  fault: (path: readonly PropertyKey[], message: string) => void,
): BuildInstructions {
  if (/^(https?|git|ssh):\/\/|^git@|^github\.com\//.test(build.context)) {
    fault(['build', 'context'], 'must be a folder of this machine: clone the repository first');
  }
  if (build.dockerfile != null && build.dockerfile_inline != null) {
    fault(['build', 'dockerfile_inline'], 'cannot stand beside dockerfile');
  }
  const context = resolve(directory, build.context);
  return {
    context,
    dockerfile: dockerfileSource(build, context),
    args: withFallback(readKeyValues(build.args), (key) => variables[key]),
    labels: withFallback(readKeyValues(build.labels), () => ''),
    target: build.target ?? null,
    network: build.network ?? null,
    noCache: build.no_cache ?? false,
    pull: build.pull ?? false,
    addBusybox: build['x-busybox'] ?? false,
  };
}

function dockerfileSource({ dockerfile, dockerfile_inline: inline }: BuildInput, context: string): DockerfileSource {
  if (inline != null) return { kind: 'inline', content: inline };
  const path = dockerfile ?? 'Dockerfile';
  return { kind: 'file', path: isAbsolute(path) ? path : resolve(context, path) };
}

/** What it depends on, as far as that can be told; whether it means anything is checked with the target state. */
function readDependencies({ depends_on: declared, network_mode: mode }: Readonly<Record<string, unknown>>): string[] {
  const named = Array.isArray(declared)
    ? declared.map(String)
    : typeof declared === 'object' && declared !== null
      ? Object.keys(declared)
      : [];
  const shared = typeof mode === 'string' && mode.startsWith('service:') ? [mode.slice('service:'.length)] : [];
  return [...new Set([...named, ...shared])];
}
