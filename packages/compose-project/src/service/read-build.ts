import { isAbsolute, resolve } from 'node:path';
import { chooseDockerfile } from '../balena/choose-dockerfile.ts';
import { isRemote } from '../files/resolve-paths.ts';
import type { BuildInstructions, DockerfileSource } from '../project.ts';
import { BUILD_FIELDS, type BuildInput } from './compose-input.ts';
import { readKeyValues, withFallback } from './key-values.ts';
import type { ServiceContext } from './service-context.ts';

export interface ServiceBuild {
  /** Of the service. */
  readonly name: string;
  readonly build: BuildInput;
  /** The image beside the build: a name that the built image gets. */
  readonly image: string | null | undefined;
}

/** Reads `build` of a service, and chooses its Dockerfile. */
export async function readBuild(
  { name, build, image }: ServiceBuild,
  context: ServiceContext,
): Promise<BuildInstructions> {
  const path = ['services', name, 'build'];
  const folder = build.context ?? context.directory;
  if (isRemote(folder)) {
    context.fault([...path, 'context'], 'must be a folder of this machine: clone the repository first');
  }
  if (build.dockerfile != null && build.dockerfile_inline != null) {
    context.fault([...path, 'dockerfile_inline'], 'cannot be combined with dockerfile: remove one of them');
  }
  for (const field of Object.keys(build)) {
    if (BUILD_FIELDS.has(field) || field.startsWith('x-')) continue;
    context.remark(`build.${field} is not supported and has no effect`, name);
  }
  for (const field of ['uid', 'gid', 'mode']) {
    if (!(build.secrets ?? []).some((secret) => field in secret)) continue;
    context.remark(`build.secrets.${field} has no effect: RUN --mount=type=secret says it`, name);
  }
  return {
    context: folder,
    dockerfile: await dockerfileSource({ name, build, folder }, context),
    args: withFallback(readKeyValues(build.args), context.lookup),
    labels: withFallback(readKeyValues(build.labels), () => ''),
    tags: [...new Set([...(image == null ? [] : [image]), ...(build.tags ?? [])])],
    target: build.target ?? null,
    network: build.network ?? null,
    cacheFrom: build.cache_from ?? [],
    noCache: build.no_cache ?? false,
    pull: build.pull ?? false,
    addBusybox: build['x-busybox'] ?? false,
    secrets: Object.fromEntries((build.secrets ?? []).map(({ source, target }) => [target, source])),
    additionalContexts: readContexts([...path, 'additional_contexts'], build, context),
  };
}

function readContexts(
  path: readonly PropertyKey[],
  { additional_contexts: contexts }: BuildInput,
  { fault }: ServiceContext,
): Record<string, string> {
  const read = withFallback(readKeyValues(contexts), () => '');
  for (const [name, source] of Object.entries(read)) {
    if (source === '') fault([...path, name], 'needs a folder, docker-image://REFERENCE or service:NAME');
    else if (isRemote(source) && !source.startsWith('docker-image://')) {
      fault([...path, name], 'must be a folder of this machine, an image or a service');
    }
  }
  return read;
}

async function dockerfileSource(
  { name, build, folder }: { name: string; build: BuildInput; folder: string },
  context: ServiceContext,
): Promise<DockerfileSource> {
  if (build.dockerfile_inline != null) return { kind: 'inline', content: build.dockerfile_inline };
  const named = build.dockerfile ?? null;
  const path = named === null ? null : isAbsolute(named) ? named : resolve(folder, named);
  if (isRemote(folder)) return { kind: 'file', path: path ?? resolve(context.directory, 'Dockerfile') };
  return await chooseDockerfile(
    { folder, path },
    {
      device: context.device,
      names: { app: context.projectName, service: name },
      fault: (message) =>
        context.fault(['services', name, 'build', ...(named === null ? [] : ['dockerfile'])], message),
    },
  );
}
